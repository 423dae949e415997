// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// The same graph with other operators, or other types of what they compute.
  func rebuilt(
    operation: (Node, String) throws -> Operator = { node, _ in node.operation },
    type: (ValueID) -> ValueType? = { _ in nil }
  ) throws -> Graph {
    var result = Graph()
    var map: [ValueID: ValueID] = [:]
    for input in inputs {
      let value = values[input]
      map[input] = result.addInput(
        name: value.name, shape: value.shape, elementType: value.elementType,
        quantization: value.quantization)
    }
    for node in nodes {
      for operand in node.inputs where map[operand] == nil {
        if var constant = values[operand].constant {
          if let other = type(operand) { constant.quantization = other.quantization }
          map[operand] = result.addConstant(name: values[operand].name, constant)
        }
      }
      let value = values[node.output]
      map[node.output] = try result.add(
        try operation(node, value.name), to: node.inputs.compactMap { map[$0] }, name: value.name,
        type: type(node.output) ?? value.type)
    }
    for output in outputs { try result.addOutput(map[output] ?? output) }
    return result
  }

  /// A layer's result and all that shares its scale have a 16th of the scale they need.
  func damagingScale(of name: String) throws -> Graph {
    var damaged: Set<ValueID> = []
    for node in nodes {
      let isLayer = values[node.output].name == name
      let follows =
        node.inputs.contains { damaged.contains($0) }
        && values[node.output].quantization == values[node.inputs[0]].quantization
      if isLayer || follows {
        damaged.insert(node.output)
        for operand in node.inputs where follows && values[operand].constant != nil {
          damaged.insert(operand)
        }
      }
    }
    return try rebuilt(type: { id in
      guard damaged.contains(id), let quantization = values[id].quantization,
        let scale = quantization.scale, let zeroPoint = quantization.zeroPoint
      else { return nil }
      return ValueType(
        values[id].elementType, Quantization(scale: scale / 16, zeroPoint: zeroPoint))
    })
  }

  /// Input gate for candidate in one LSTM of floats.
  func swappingGates(of name: String) throws -> Graph {
    try rebuilt(operation: { node, title in
      guard title == name, case .lstm(var x) = node.operation else { return node.operation }
      x.inputWeights = x.inputWeights.swappingFirstAndThirdOfFour
      x.recurrentWeights = x.recurrentWeights.swappingFirstAndThirdOfFour
      x.bias = x.bias.swappingFirstAndThirdOfFour
      return .lstm(x)
    })
  }

  /// The channels of one layer are multiplied; nothing takes it back.
  func scalingRows(of name: String, by factors: (Int) -> Float) throws -> Graph {
    try rebuilt(operation: { node, title in
      guard title == name else { return node.operation }
      switch node.operation {
      case .convolution(var x):
        x.weights = x.weights.scalingRows(factors)
        x.bias = x.bias?.scalingRows(factors)
        return .convolution(x)
      case .dense(var x):
        x.weights = x.weights.scalingRows(factors)
        x.bias = x.bias?.scalingRows(factors)
        return .dense(x)
      default: return node.operation
      }
    })
  }

  /// The weights that read one layer's channels take factors back.
  func scalingColumns(of name: String, by factors: (Int) -> Float) throws -> Graph {
    try rebuilt(operation: { node, title in
      guard title == name else { return node.operation }
      switch node.operation {
      case .convolution(var x):
        x.weights = x.weights.scalingColumns(factors)
        return .convolution(x)
      case .dense(var x):
        x.weights = x.weights.scalingColumns(factors)
        return .dense(x)
      case .lstm(var x):
        x.inputWeights = x.inputWeights.scalingColumns(factors)
        return .lstm(x)
      default: return node.operation
      }
    })
  }
}

extension Tensor {
  fileprivate var swappingFirstAndThirdOfFour: Tensor {
    guard let values = floats else { return self }
    let quarter = values.count / 4
    let parts = (0..<4).map { values[$0 * quarter..<($0 + 1) * quarter] }
    return Tensor(shape: shape, floats: Array(parts[2] + parts[1] + parts[0] + parts[3]))
  }

  fileprivate func scalingRows(_ factor: (Int) -> Float) -> Tensor {
    guard let values = floats else { return self }
    let width = values.count / shape[0]
    return Tensor(shape: shape, floats: values.indices.map { values[$0] * factor($0 / width) })
  }

  fileprivate func scalingColumns(_ factor: (Int) -> Float) -> Tensor {
    guard let values = floats else { return self }
    return Tensor(
      shape: shape, floats: values.indices.map { values[$0] * factor($0 % shape.channels) })
  }
}
