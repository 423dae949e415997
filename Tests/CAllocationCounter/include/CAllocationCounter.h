// SPDX-License-Identifier: Apache-2.0
//
// Counts what one thread allocates, by standing in for malloc and its relatives. For tests only.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted: not under the sanitizers, which replace malloc themselves, and
/// only with glibc.
bool allocation_counter_is_available(void);

/// Allocations and releases of this thread so far.
int64_t allocation_counter_value(void);

#endif
