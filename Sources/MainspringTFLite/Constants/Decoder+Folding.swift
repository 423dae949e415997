// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// The result of an operator on constants.
  ///
  /// Elements of any type are moved; integers and booleans are computed with. Arithmetic on
  /// constant floats is left to run time, so that it rounds like all other arithmetic.
  ///
  /// - Returns: nil when the operator stays in the graph.
  mutating func fold(_ operation: Operator, _ operands: [Known], _ call: Call)
    throws(TFLiteError) -> Tensor?
  {
    var tensors: [Tensor] = []
    for operand in operands {
      guard case .constant(let constant) = operand else { return nil }
      // Scales along an axis would have to move with it.
      guard constant.tensor.quantization?.scales.count ?? 1 == 1 else { return nil }
      tensors.append(constant.tensor)
    }
    let output: Shape
    do throws(ShapeError) {
      output = try operation.outputShape(of: tensors.map { $0.shape })
    } catch {
      throw .shape(place: place(call), error)
    }
    try spend(output.elementCount, .call(call))
    switch operation {
    case .reshape: return tensors[0].reshaped(to: output)
    case .slice, .transpose, .reverse:
      guard let walk = Walk(operation, input: tensors[0].shape, output: output) else { return nil }
      return tensors[0].taking(walk.indices(), shape: output)
    case .tile(let tile): return tensors[0].tiled(tile.multiples, shape: output)
    case .concatenate(let x):
      guard let joined = Tensor.concatenating(tensors, axis: x.axis, shape: output) else {
        throw .invalid(
          place: place(call), expected: "operands of one type", found: "several")
      }
      return joined
    case .binary(let x):
      guard let function = IntegerFunction(x.function), x.activation == .none else { return nil }
      return try compute(function, tensors[0], tensors[1], call)
    case .compare(let x):
      return try compare(IntegerCondition(x.condition), tensors[0], tensors[1], call)
    case .select: return select(tensors, shape: output)
    case .unary(let x): return negate(x.function, tensors[0])
    case .reduce(let x): return try reduce(x, tensors[0], shape: output, call)
    default: return nil
    }
  }

  /// - Returns: nil unless both are integers of one width.
  func compute(_ function: IntegerFunction, _ a: Tensor, _ b: Tensor, _ call: Call)
    throws(TFLiteError) -> Tensor?
  {
    guard let a = Integers(a), let b = Integers(b), a.isWide == b.isWide else { return nil }
    let shape = try broadcast(a.shape, b.shape, call)
    var result: [Int64] = []
    for (x, y) in zip(a.broadcast(to: shape), b.broadcast(to: shape)) {
      guard let value = function(x, y) else {
        throw .invalid(place: place(call), expected: "a quotient", found: "\(x) / \(y)")
      }
      result.append(value)
    }
    return Tensor(shape: shape, integers: result, isWide: a.isWide)
  }

  /// - Returns: nil unless both are integers of one width.
  func compare(_ condition: IntegerCondition, _ a: Tensor, _ b: Tensor, _ call: Call)
    throws(TFLiteError) -> Tensor?
  {
    guard let a = Integers(a), let b = Integers(b), a.isWide == b.isWide else { return nil }
    let shape = try broadcast(a.shape, b.shape, call)
    let result = zip(a.broadcast(to: shape), b.broadcast(to: shape)).map { condition($0, $1) }
    return Tensor(shape: shape, elements: .bool(result))
  }

  func broadcast(_ a: Shape, _ b: Shape, _ call: Call) throws(TFLiteError) -> Shape {
    do throws(ShapeError) {
      return try a.broadcast(with: b, operation: "\(call.record.code)")
    } catch {
      throw .shape(place: place(call), error)
    }
  }

  /// - Returns: nil unless the condition is boolean and both branches are of one type.
  private func select(_ tensors: [Tensor], shape: Shape) -> Tensor? {
    guard let condition = tensors[0].bools, tensors[1].elementType == tensors[2].elementType else {
      return nil
    }
    guard let flat = vector(tensors[1], tensors[2]) else { return nil }
    let offset = tensors[1].shape.elementCount
    let chosen = Walk(broadcasting: tensors[0].shape, to: shape).indices()
    let yes = Walk(broadcasting: tensors[1].shape, to: shape).indices()
    let no = Walk(broadcasting: tensors[2].shape, to: shape).indices()
    var indices: [Int] = []
    indices.reserveCapacity(chosen.count)
    for index in chosen.indices {
      indices.append(condition[chosen[index]] ? yes[index] : offset + no[index])
    }
    return flat.taking(indices, shape: shape)
  }

  /// The elements of both as one vector.
  private func vector(_ a: Tensor, _ b: Tensor) -> Tensor? {
    do throws(ShapeError) {
      let flat = (
        a.reshaped(to: try Shape([a.shape.elementCount])),
        b.reshaped(to: try Shape([b.shape.elementCount]))
      )
      let shape = try Shape([a.shape.elementCount + b.shape.elementCount])
      return Tensor.concatenating([flat.0, flat.1], axis: 0, shape: shape)
    } catch {
      return nil
    }
  }

  private func negate(_ function: Unary.Function, _ tensor: Tensor) -> Tensor? {
    guard let a = Integers(tensor) else { return nil }
    let values: [Int64]
    switch function {
    case .negate: values = a.values.map { 0 &- $0 }
    case .abs: values = a.values.map { $0 < 0 ? 0 &- $0 : $0 }
    case .square: values = a.values.map { $0 &* $0 }
    default: return nil
    }
    return Tensor(shape: a.shape, integers: values, isWide: a.isWide)
  }

  /// Sum and extremes of integers.
  private mutating func reduce(_ reduce: Reduce, _ tensor: Tensor, shape: Shape, _ call: Call)
    throws(TFLiteError) -> Tensor?
  {
    guard let a = Integers(tensor) else { return nil }
    let function: IntegerFunction
    switch reduce.kind {
    case .sum: function = .add
    case .maximum: function = .maximum
    case .minimum: function = .minimum
    case .mean: return nil
    }
    return try self.reduce(a, function, reduce.axes, shape: shape, call)
  }

  /// One function over some axes of integers.
  mutating func reduce(
    _ a: Integers, _ function: IntegerFunction, _ axes: [Int], shape: Shape, _ call: Call
  ) throws(TFLiteError) -> Tensor? {
    try spend(a.values.count, .call(call))
    // Reduced axes do not move the place in the result.
    var steps = [Int](repeating: 0, count: a.shape.rank)
    var step = 1
    var axis = a.shape.rank - 1
    while axis >= 0 {
      if !axes.contains(axis) {
        steps[axis] = step
        step *= a.shape[axis]
      }
      axis -= 1
    }
    var result = [Int64?](repeating: nil, count: shape.elementCount)
    for (index, place) in Walk(shape: a.shape, start: 0, steps: steps).indices().enumerated() {
      let value = a.values[index]
      if let old = result[place] {
        result[place] = function(old, value)
      } else {
        result[place] = value
      }
    }
    let empty: Int64 =
      switch function {
      case .multiply: 1
      default: 0
      }
    return Tensor(shape: shape, integers: result.map { $0 ?? empty }, isWide: a.isWide)
  }
}

extension Tensor {
  /// The tensor repeated along its axes.
  ///
  /// - Precondition: `shape` is the shape of the result.
  func tiled(_ multiples: [Int], shape: Shape) -> Tensor {
    let strides = self.shape.strides
    var indices = [0]
    if shape.elementCount == 0 { indices = [] }
    for axis in 0..<shape.rank {
      var next: [Int] = []
      next.reserveCapacity(indices.count * shape[axis])
      for index in indices {
        for position in 0..<shape[axis] {
          next.append(index + position % self.shape[axis] * strides[axis])
        }
      }
      indices = next
    }
    return taking(indices, shape: shape)
  }
}
