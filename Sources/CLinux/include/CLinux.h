// SPDX-License-Identifier: Apache-2.0
// What the Linux kernel offers and Swift cannot call: variadic functions and macros.

#ifndef CLINUX_H
#define CLINUX_H

#include <stdbool.h>
#include <stdint.h>

/// Closes every descriptor from `first` on.
void clinux_close_from(int first);

/// Limits this process for good: bytes of address space (0: no limit), seconds of processor
/// time, no file to write, none to open, no core dump, no further process. Privileges cannot
/// be gained by exec any more, and no other process of the user may attach.
///
/// Returns 0, or the `errno` of the first call that failed.
int clinux_limit_process(uint64_t address_space, uint64_t processor_seconds);

/// Lets through only the system calls that computing in memory and reading and writing open
/// descriptors take; all others fail with EPERM from here on, and one of a foreign
/// architecture ends the process.
///
/// Returns 0, ENOSYS where the kernel, or a container around it, has no such filters, or
/// another `errno`.
int clinux_filter_system_calls(void);

/// Whether ``clinux_filter_system_calls`` finds what it needs; filters nothing.
bool clinux_has_system_call_filters(void);

/// Whether this build needs terabytes of address space for its shadow memory.
bool clinux_has_shadow_memory(void);

/// Gives memory that was released back to the system, wherever in the heap it lies.
void clinux_return_memory(void);

#endif
