// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The newest rows of a grid, the last window of them in one piece.
///
/// Rows are written one behind the other; when the room is used up the last window moves to its
/// start, once in as many rows as there are in a window.
struct RowRing: ~Copyable {
  private let block: FloatBlock
  /// By channel; empty when rows stay as they are.
  private let means: FloatBlock
  private let deviations: FloatBlock
  let rowCount: Int
  let channelCount: Int
  private var end = 0
  /// Rows since the grid started, up to a window.
  private(set) var filled = 0

  /// - Parameters:
  ///   - rowCount: rows of a window, at least 1.
  ///   - scaler: what rows are normalised with when they come in.
  init(rowCount: Int, channelCount: Int, scaler: Scaler? = nil) {
    means = FloatBlock(scaler?.means ?? [])
    deviations = FloatBlock(scaler?.deviations ?? [])
    self.rowCount = rowCount
    self.channelCount = channelCount
    block = FloatBlock(count: 2 * rowCount * channelCount)
  }

  @_noAllocation @_noLocks
  mutating func append(_ row: borrowing FloatBlock) {
    if end == 2 * rowCount {
      block.move(
        from: (rowCount + 1) * channelCount, count: (rowCount - 1) * channelCount, to: 0)
      end = rowCount - 1
    }
    block.copy(row, at: end * channelCount)
    if means.count > 0 { scale(end) }
    end += 1
    filled = min(filled + 1, rowCount)
  }

  @_noAllocation @_noLocks
  private func scale(_ row: Int) {
    let range = row * channelCount..<(row + 1) * channelCount
    var values = unsafe block.mutableBuffer(range).mutableSpan
    unsafe Scaler.scale(
      &values, means: means.buffer(0..<means.count).span,
      deviations: deviations.buffer(0..<deviations.count).span)
  }

  @_noAllocation @_noLocks
  mutating func removeAll() { (end, filled) = (0, 0) }

  /// The last rows, `[rows × channels]`.
  ///
  /// - Precondition: a window is filled.
  var window: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get {
      precondition(filled == rowCount, "a window is filled before it is read")
      return block.span((end - rowCount) * channelCount..<end * channelCount)
    }
  }

  /// The same for a call.
  @_noAllocation @_noLocks
  func windowBuffer() -> UnsafeBufferPointer<Float> {
    precondition(filled == rowCount, "a window is filled before it is read")
    return unsafe block.buffer((end - rowCount) * channelCount..<end * channelCount)
  }
}
