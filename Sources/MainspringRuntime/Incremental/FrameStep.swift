// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// One operator over frames: which frames it reads, and how it computes some of its own.
struct FrameStep: BitwiseCopyable {
  let kernel: FrameKernel
  /// The block its weights are in.
  let weights: Context
  let x: Int
  /// The second operand, −1 without one.
  let other: Int
  let y: Int
  /// Frame o of the result is computed from frame o · stride − before on.
  let stride: Int
  let before: Int
  /// Frames of padding that are written around the operand, and their elements.
  let padding: Padding
  /// Pools do not count what lies outside, and have no padding in memory.
  let isPool: Bool
  /// Bytes that one frame is computed from, where new frames and those at the edge are computed
  /// together; else 0.
  var gatheredByteCount: Int = 0

  struct Padding: BitwiseCopyable {
    var before: Int = 0
    var after: Int = 0
    var elementSize: Int = 4
    var element: UInt64 = 0
  }

  /// Computes a window of which nothing is there yet.
  @_noAllocation @_noLocks
  func runWhole(_ c: FrameContext) {
    pad(c)
    run(c, 0..<c.value(y).count)
  }

  /// Computes what is not there from the window before.
  @_noAllocation @_noLocks
  func runNew(_ c: FrameContext, scratch: UnsafeMutableRawPointer) {
    pad(c)
    if gatheredByteCount > 0 {
      unsafe runTogether(c, scratch)
      return
    }
    let value = c.value(y)
    run(c, value.newFrames)
    run(c, value.edgeFrames)
  }

  /// Rows of a product that are joined at most: more of them keep a processor busy by themselves.
  static let mostJoined: Int = 14

  /// One product for all frames, which reads the weights once and has enough sums under way: what
  /// the frames are computed from is gathered row by row; results at the edge come out behind the
  /// end of the window, and move to where they belong.
  @_noAllocation @_noLocks
  private func runTogether(_ c: FrameContext, _ scratch: UnsafeMutableRawPointer) {
    let (from, to) = (c.value(x), c.value(y))
    let depth = gatheredByteCount
    let (new, edge) = (to.newFrames, to.edgeFrames)
    var row = unsafe scratch
    for frame in new {
      unsafe FrameMove.copy(c.frame(x, frame * stride - before), to: row, count: depth)
      unsafe row += depth
    }
    for frame in edge {
      unsafe FrameMove.copy(c.frame(x, frame * stride - before), to: row, count: depth)
      unsafe row += depth
    }
    unsafe kernel.run(
      weights,
      FrameOperands(
        x: scratch, other: nil, y: c.frame(y, new.lowerBound), count: new.count + edge.count,
        strides: (from.frameByteCount, 0, to.frameByteCount), xCount: 0, before: 0,
        isGathered: true))
    unsafe FrameMove.copy(
      c.frame(y, to.count), to: c.frame(y, 0), count: edge.count * to.frameByteCount)
  }

  @_noAllocation @_noLocks
  private func pad(_ c: FrameContext) {
    let value = c.value(x)
    let elements = value.frameByteCount / padding.elementSize
    if padding.before > 0 {
      unsafe msk_fill(
        c.frame(x, -padding.before), padding.elementSize, padding.before * elements,
        padding.element)
    }
    if padding.after > 0 {
      unsafe msk_fill(
        c.frame(x, value.count), padding.elementSize, padding.after * elements, padding.element)
    }
  }

  @_noAllocation @_noLocks
  private func run(_ c: FrameContext, _ range: Range<Int>) {
    if range.isEmpty { return }
    let (from, to) = (c.value(x), c.value(y))
    let first = range.lowerBound * stride - before
    let start = isPool ? max(first, 0) : first
    let second: UnsafeRawPointer? =
      other < 0 ? nil : unsafe UnsafeRawPointer(c.frame(other, range.lowerBound))
    unsafe kernel.run(
      weights,
      FrameOperands(
        x: c.frame(x, start), other: second, y: c.frame(y, range.lowerBound),
        count: range.count,
        strides: (
          from.frameByteCount, other < 0 ? 0 : c.value(other).frameByteCount, to.frameByteCount
        ), xCount: from.count - start, before: start - first,
        isGathered: false))
  }
}
