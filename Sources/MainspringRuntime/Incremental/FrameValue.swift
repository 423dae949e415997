// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// A value that has a frame for each step in time, where it stays from one window to the next.
///
/// Frames of a window lie one behind the other in memory; the next window begins ``hop`` frames
/// farther on. A frame is the same in both windows unless the window's edge, where there is padding,
/// is within what it was computed from: those at the ``left`` and at the ``right`` are computed anew
/// for each window and overwrite what was in their place. Later windows never ask for that again.
struct FrameValue: BitwiseCopyable {
  /// Frames of a window.
  let count: Int
  /// Rows of the input from one frame to the next.
  let stride: Int
  /// Frames from the start that depend on where the window starts.
  let left: Int
  /// Frames from the end that depend on where the window ends.
  let right: Int
  let frameByteCount: Int
  /// Frames from one window to the next.
  let hop: Int
  /// Frames of padding that consumers read before the first frame and behind the last one.
  var before: Int = 0
  var after: Int = 0
  /// Where frame 0 of the first window is, in bytes.
  var start: Int = 0

  /// The frames at the end that the window before did not have, or had at its edge.
  var newFrames: Range<Int> {
    @_noAllocation @_noLocks get { max(left, count - right - hop)..<count }
  }
  /// The frames at the start that depend on it.
  var edgeFrames: Range<Int> {
    @_noAllocation @_noLocks get { 0..<left }
  }
  /// Frames computed for each window but the first.
  var computedCount: Int { newFrames.count + edgeFrames.count }

  /// Bytes for as many windows as lie one behind the other before they start over.
  func byteCount(windows: Int) -> Int {
    (before + count + (windows - 1) * hop + after) * frameByteCount
  }
}

/// Where the frames of all values are.
@safe struct FrameContext: BitwiseCopyable {
  let memory: UnsafeMutableRawPointer
  let values: UnsafeMutablePointer<FrameValue>
  /// Windows since they started over.
  let window: Int
  let isa: msk_isa

  @_noAllocation @_noLocks
  init(
    memory: UnsafeMutableRawPointer, values: UnsafeMutablePointer<FrameValue>, window: Int,
    isa: msk_isa
  ) {
    unsafe self.memory = memory
    unsafe self.values = values
    self.window = window
    self.isa = isa
  }

  @_noAllocation @_noLocks
  func value(_ index: Int) -> FrameValue { unsafe values[index] }

  /// A frame of the window; negative ones and those behind its end are its padding.
  @_noAllocation @_noLocks
  func frame(_ value: Int, _ index: Int) -> UnsafeMutableRawPointer {
    let v = unsafe values[value]
    return unsafe memory + (v.start + (window * v.hop + index) * v.frameByteCount)
  }
}
