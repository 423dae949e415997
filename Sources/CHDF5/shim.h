// SPDX-License-Identifier: Apache-2.0

#include <hdf5.h>
