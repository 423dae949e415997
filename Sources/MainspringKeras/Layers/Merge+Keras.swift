// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Add, Subtract, Multiply, Maximum, Minimum, Average: operands one after the other.
  func merge(_ function: Binary.Function, averages: Bool = false) throws(KerasError) -> ValueID {
    guard let first = operands.first, operands.count >= 2 else {
      throw operandFailure("at least 2 tensors", "\(operands.count)")
    }
    if function == .subtract && operands.count != 2 {
      throw operandFailure("2 tensors", "\(operands.count)")
    }
    var result = first
    for (index, operand) in operands.enumerated().dropFirst() {
      let isLast = index == operands.count - 1
      result = try binary(
        function, result, try aligned(operand, with: result),
        isLast && !averages ? "" : "step\(index)")
    }
    guard averages else { return result }
    return try binary(.multiply, result, scalar(1 / Float(operands.count), "share"))
  }

  /// Keras lines operands of different rank up by the batch, in front; NumPy by the last axis.
  private func aligned(_ operand: ValueID, with other: ValueID) throws(KerasError) -> ValueID {
    guard shape(operand).rank == shape(other).rank else {
      throw operandFailure("tensors of equal rank", "\(shape(other)) and \(shape(operand))")
    }
    return operand
  }

  /// Concatenate along `axis`, counted with the batch.
  func concatenate() throws(KerasError) -> ValueID {
    guard let first = operands.first else { throw operandFailure("tensors", "0") }
    let axis = try layer.integer("axis", default: -1)
    guard let position = shape(first).normalized(axis: axis), position > 0 else {
      throw layer.failure("axis", "an axis of \(shape(first)) after the batch", layer.value("axis"))
    }
    return try add(.concatenate(Concatenate(axis: position)), to: operands)
  }

  /// Dot: the product of two matrices or vectors over one axis of each.
  func dot() throws(KerasError) -> ValueID {
    guard operands.count == 2 else { throw operandFailure("2 tensors", "\(operands.count)") }
    try layer.require("normalize", isOneOf: [.bool(false)])
    let (a, b) = (operands[0], operands[1])
    let axes = try layer.extents("axes", count: 2)
    let left = shape(a).normalized(axis: axes[0])
    let right = shape(b).normalized(axis: axes[1])
    guard let left, let right, left > 0, right > 0 else {
      throw layer.failure("axes", "axes after the batch", layer.value("axes"))
    }
    switch (shape(a).rank, shape(b).rank) {
    case (3, 3):
      // [batch, …] · [batch, …] without the two axes.
      let product = MatMul(transposesLeft: left == 1, transposesRight: right == 2)
      return try add(.matMul(product), to: [a, b])
    case (2, 2):
      let product = try binary(.multiply, a, b, "product")
      return try add(
        .reduce(Reduce(kind: .sum, axes: [1], keepsAxes: true)), to: product)
    default:
      throw operandFailure("2 matrices or 2 vectors", "\(shape(a)) and \(shape(b))")
    }
  }
}
