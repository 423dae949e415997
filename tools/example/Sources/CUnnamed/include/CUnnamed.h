// SPDX-License-Identifier: Apache-2.0
//
// Leaves the names of Unicode scalars out of a statically linked program: half a megabyte that
// only `Unicode.Scalar.Properties.name` reads, which is nil then.
#ifndef EXAMPLE_CUNNAMED_H
#define EXAMPLE_CUNNAMED_H

#include <stdint.h>

/// Stands in for the standard library's function, by the linker's `--wrap`.
///
/// Returns the length of the scalar's name, which is 0 for one without.
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity);

#endif
