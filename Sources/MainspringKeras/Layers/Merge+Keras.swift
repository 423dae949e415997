// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Add, Subtract, Multiply, Maximum, Minimum, Average: operands one after the other.
  func merge(_ function: Binary.Function, averages: Bool = false) throws(KerasError) -> ValueID {
    guard operands.count >= 2 else {
      throw operandFailure("at least 2 tensors", "\(operands.count)")
    }
    if function == .subtract && operands.count != 2 {
      throw operandFailure("2 tensors", "\(operands.count)")
    }
    let operands = try aligned()
    var result = operands[0]
    for (index, operand) in operands.enumerated().dropFirst() {
      let isLast = index == operands.count - 1
      result = try binary(
        function, result, operand, isLast && !averages ? "" : "step\(index)")
    }
    guard averages else { return result }
    return try binary(.multiply, result, scalar(1 / Float(operands.count), "share"))
  }

  /// Operands of one rank: Keras puts axes of 1 behind the batch of those that have fewer.
  private func aligned() throws(KerasError) -> [ValueID] {
    let rank = operands.map { shape($0).rank }.max() ?? 0
    var result: [ValueID] = []
    for operand in operands {
      var extents = shape(operand).extents
      let lack = rank - extents.count
      if lack > 0 { extents.insert(contentsOf: Array(repeating: 1, count: lack), at: 1) }
      result.append(lack > 0 ? try reshape(operand, to: extents) : operand)
    }
    return result
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
    var (a, b) = (operands[0], operands[1])
    let axes = try layer.extents("axes", count: 2)
    guard let left = shape(a).normalized(axis: axes[0]), left > 0,
      let right = shape(b).normalized(axis: axes[1]), right > 0,
      (2...3).contains(shape(a).rank), (2...3).contains(shape(b).rank)
    else { throw layer.failure("axes", "axes of vectors or matrices", layer.value("axes")) }
    // A vector is a row on the left and a column on the right; the axis of 1 is dropped again.
    let ranks = (shape(a).rank, shape(b).rank)
    if ranks.0 == 2 { a = try reshape(a, to: [shape(a)[0], 1, shape(a)[1]], "row") }
    if ranks.1 == 2 { b = try reshape(b, to: [shape(b)[0], shape(b)[1], 1], "column") }
    let product = MatMul(
      transposesLeft: ranks.0 == 3 && left == 1, transposesRight: ranks.1 == 3 && right == 2)
    let result = try add(.matMul(product), to: [a, b])
    let extents = shape(result).extents
    switch ranks {
    case (3, 3): return result
    case (2, _): return try reshape(result, to: [extents[0], extents[2]], "")
    default: return try reshape(result, to: [extents[0], extents[1]], "")
    }
  }
}
