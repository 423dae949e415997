// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// The axes a kernel walks, outermost first, with as few of them as possible.
struct Axes {
  private(set) var list: [msk_axis] = []
  /// An extent of 0: there is nothing to walk.
  private(set) var isEmpty: Bool = false

  /// Adds the next inner axis; strides in elements.
  ///
  /// An axis of extent 1 is dropped, and one that continues the axis around it everywhere merges
  /// with it: both change nothing in the walk.
  mutating func append(_ extent: Int, y: Int, a: Int, b: Int = 0, c: Int = 0) {
    if extent == 0 { isEmpty = true }
    if extent <= 1 { return }
    let inner = msk_axis(
      extent: Int32(extent), y: Int32(y), a: Int32(a), b: Int32(b), c: Int32(c))
    if let outer = list.last, Axes.continues(outer, inner) {
      list[list.count - 1] = msk_axis(
        extent: outer.extent * inner.extent, y: inner.y, a: inner.a, b: inner.b, c: inner.c)
    } else {
      list.append(inner)
    }
  }

  /// At least one axis, as the kernels want it.
  var atLeastOne: [msk_axis] {
    list.isEmpty ? [msk_axis(extent: 1, y: 1, a: 1, b: 1, c: 1)] : list
  }

  private static func continues(_ outer: msk_axis, _ inner: msk_axis) -> Bool {
    func follows(_ outerStride: Int32, _ innerStride: Int32) -> Bool {
      Int64(outerStride) == Int64(innerStride) * Int64(inner.extent)
    }
    return follows(outer.y, inner.y) && follows(outer.a, inner.a) && follows(outer.b, inner.b)
      && follows(outer.c, inner.c)
  }
}

extension Axes {
  /// A result and operands that broadcast to it, each given by its extents.
  init(result: [Int], a: [Int], b: [Int], c: [Int] = []) {
    let strides = Axes.strides(result, in: result)
    let (aStrides, bStrides) = (Axes.strides(a, in: result), Axes.strides(b, in: result))
    let cStrides = Axes.strides(c, in: result)
    for axis in result.indices {
      append(
        result[axis], y: strides[axis], a: aStrides[axis], b: bStrides[axis], c: cStrides[axis])
    }
  }

  /// Strides of an operand along the axes of a result; 0 where it repeats.
  static func strides(_ extents: [Int], in result: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: result.count)
    let missing = result.count - extents.count
    var stride = 1
    var axis = extents.count - 1
    while axis >= 0 {
      if extents[axis] != 1 { strides[axis + missing] = stride }
      stride *= extents[axis]
      axis -= 1
    }
    return strides
  }
}
