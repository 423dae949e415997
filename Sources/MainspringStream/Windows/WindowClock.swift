// SPDX-License-Identifier: Apache-2.0

/// Says after which rows a window is complete: the first time when it is full, then every hop.
struct WindowClock: BitwiseCopyable {
  let rowCount: Int
  let hop: Int
  /// Rows until the next window.
  private var missing: Int
  /// Windows since the grid started.
  private(set) var windowCount: Int64 = 0

  init(rowCount: Int, hop: Int) {
    self.rowCount = rowCount
    self.hop = hop
    missing = rowCount
  }

  /// Counts a row.
  ///
  /// - Returns: whether it completes a window.
  @_noAllocation @_noLocks
  mutating func tick() -> Bool {
    missing -= 1
    if missing > 0 { return false }
    missing = hop
    windowCount += 1
    return true
  }

  /// A new grid: the next window is a full one.
  @_noAllocation @_noLocks
  mutating func restart() { (missing, windowCount) = (rowCount, 0) }
}
