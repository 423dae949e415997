// SPDX-License-Identifier: Apache-2.0

import CAllocationCounter

/// Whether allocations are counted: not under the sanitizers, which replace malloc.
package var countsAllocations: Bool { allocation_counter_is_available() }

/// Allocations and releases of this thread while a closure runs.
package func allocations(_ body: () throws -> Void) rethrows -> Int64 {
  let before = allocation_counter_value()
  try body()
  return allocation_counter_value() - before
}
