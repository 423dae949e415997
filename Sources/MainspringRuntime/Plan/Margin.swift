// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Words around a value that are the borders of the convolutions that read it, so that none of them
/// needs a copy of it.
struct Margin: BitwiseCopyable {
  private(set) var before: Int = 0
  private(set) var after: Int = 0

  /// Whether this one has room for another.
  func holds(_ other: Margin) -> Bool { before >= other.before && after >= other.after }

  mutating func widen(_ other: Margin) {
    before = max(before, other.before)
    after = max(after, other.after)
  }
}

extension Margin {
  /// What the borders of a sequence of floats take; nil for those of images or of several sequences,
  /// and for more border than sequence. A copy of smaller elements takes no time.
  init?(_ shape: Shape, height: WindowAxis, width: WindowAxis, elementSize: Int) {
    guard elementSize == 4, shape.rank == 4, shape[0] == 1,
      height.before + shape[1] + height.after == 1,
      width.before + width.after > 0, width.before <= shape[2], width.after <= shape[2]
    else { return nil }
    before = width.before * shape[3]
    after = width.after * shape[3]
  }
}

extension Graph {
  /// What the convolution of a node wants around its operand; nil for other nodes.
  func margin(of node: Node) -> Margin? {
    guard case .convolution(let convolution) = node.operation, convolution.channelRepeats == 1,
      let operand = node.inputs.first, values[operand].constant == nil
    else { return nil }
    let shape = shape(of: operand)
    do throws(ShapeError) {
      let (height, width) = try convolution.window(over: shape)
      return Margin(
        shape, height: height, width: width, elementSize: values[operand].elementSize)
    } catch {
      return nil
    }
  }
}
