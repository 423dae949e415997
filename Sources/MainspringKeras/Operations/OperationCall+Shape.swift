// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension OperationCall {
  /// Mean, sum or extreme over axes that do not include the batch.
  func reduce(_ kind: Reduce.Kind) throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "input_tensor"), "x")
    let axes = try integers(1, "axis") ?? []
    let positions = Set(axes.compactMap { shape(value).normalized(axis: $0) })
    guard !axes.isEmpty, positions.count == axes.count, !positions.contains(0) else {
      throw failure("axis", "axes of \(shape(value)) after the batch", argument(1, "axis"))
    }
    let keeps = try flag(2, "keepdims")
    return try add(
      .reduce(Reduce(kind: kind, axes: positions.sorted(), keepsAxes: keeps)), to: [value])
  }

  /// A shape that includes the batch; one extent may be −1.
  func reshape() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "tensor"), "x")
    guard var extents = try integers(1, "newshape", "shape") else {
      throw failure("shape", "whole numbers", argument(1, "newshape", "shape"))
    }
    let count = shape(value).elementCount
    let known = extents.filter { $0 != -1 }.reduce(1) { product, extent in
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      return overflow || extent < 1 ? 0 : next
    }
    let open = extents.filter { $0 == -1 }.count
    guard known > 0, open <= 1, open == 1 ? count % known == 0 : count == known else {
      throw failure("shape", "\(count) elements", argument(1, "newshape", "shape"))
    }
    extents = extents.map { $0 == -1 ? count / known : $0 }
    return try reshaped(value, extents)
  }

  func transpose() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "a"), "x")
    let axes = try integers(1, "axes", "perm") ?? Array((0..<shape(value).rank).reversed())
    guard axes.first == 0 else {
      throw failure("axes", "the batch in front", argument(1, "axes", "perm"))
    }
    return try add(.transpose(Transpose(permutation: axes)), to: [value])
  }

  func expandDimensions() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "input"), "x")
    var extents = shape(value).extents
    guard let axes = try integers(1, "axis"), axes.count == 1 else {
      throw failure("axis", "one axis", argument(1, "axis"))
    }
    let axis = axes[0] < 0 ? axes[0] + extents.count + 1 : axes[0]
    guard axis >= 1, axis <= extents.count else {
      throw failure("axis", "an axis after the batch", argument(1, "axis"))
    }
    extents.insert(1, at: axis)
    return try reshaped(value, extents)
  }

  func squeeze() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "input"), "x")
    let given = try integers(1, "axis", "squeeze_dims")
    let axes = given ?? shape(value).extents.indices.filter { $0 > 0 && shape(value)[$0] == 1 }
    let positions = Set(axes.compactMap { shape(value).normalized(axis: $0) })
    guard positions.count == axes.count, positions.allSatisfy({ $0 > 0 && shape(value)[$0] == 1 })
    else { throw failure("axis", "axes of extent 1 after the batch", argument(1, "axis")) }
    let kept = shape(value).extents.indices.filter { !positions.contains($0) }
    return try reshaped(value, kept.map { shape(value)[$0] })
  }

  func concatenate() throws(KerasError) -> ValueID {
    guard let list = argument(0, "xs", "values"), case .list(let elements) = list else {
      throw failure("xs", "a list of tensors", argument(0, "xs", "values"))
    }
    var operands: [ValueID] = []
    for element in elements { operands.append(try tensor(element, "xs")) }
    let axis = try integers(1, "axis") ?? [0]
    guard let first = operands.first, axis.count == 1,
      let position = shape(first).normalized(axis: axis[0]), position > 0
    else { throw failure("axis", "an axis after the batch", argument(1, "axis")) }
    return try add(.concatenate(Concatenate(axis: position)), to: operands)
  }

  /// Operands side by side on an axis of their own.
  func stack() throws(KerasError) -> ValueID {
    guard case .list(let elements) = argument(0, "x", "values") else {
      throw failure("x", "a list of tensors", argument(0, "x", "values"))
    }
    let given = try integers(1, "axis") ?? [0]
    var operands: [ValueID] = []
    var position = 0
    for (index, element) in elements.enumerated() {
      let value = try tensor(element, "x")
      var extents = shape(value).extents
      position = given.count == 1 && given[0] < 0 ? given[0] + extents.count + 1 : given[0]
      guard given.count == 1, position >= 1, position <= extents.count else {
        throw failure("axis", "an axis after the batch", argument(1, "axis"))
      }
      extents.insert(1, at: position)
      operands.append(
        try add(.reshape(Reshape(to: try Shape.keras(extents))), to: [value], "part\(index)"))
    }
    return try add(.concatenate(Concatenate(axis: position)), to: operands)
  }

  /// The product of the last two axes of two tensors.
  func matMul() throws(KerasError) -> ValueID {
    let a = try tensor(argument(0, "x1", "a"), "x1")
    let b = try tensor(argument(1, "x2", "b"), "x2")
    for key in ["transpose_a", "transpose_b", "adjoint_a", "adjoint_b"] where try flag(-1, key) {
      throw failure(key, "false", argument(-1, key))
    }
    return try add(.matMul(MatMul()), to: [a, b])
  }

  func reshaped(_ value: ValueID, _ extents: [Int]) throws(KerasError) -> ValueID {
    try add(.reshape(Reshape(to: try Shape.keras(extents))), to: [value])
  }
}
