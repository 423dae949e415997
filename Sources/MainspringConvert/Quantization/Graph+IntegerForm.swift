// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// The graph as the quantizer wants it: batch normalizations that are left become depthwise
  /// convolutions of one element, whose weights have a scale for each channel.
  ///
  /// - Throws: `GraphError` when a shape does not hold.
  public func integerForm() throws(GraphError) -> Graph {
    var form = IntegerForm(self)
    return try form.build()
  }
}

private struct IntegerForm {
  let source: Graph
  var result = Graph()
  var map: [ValueID?]

  init(_ source: Graph) {
    self.source = source
    map = [ValueID?](repeating: nil, count: source.values.count)
  }

  mutating func build() throws(GraphError) -> Graph {
    for input in source.inputs where map[input] == nil {
      let value = source.values[input]
      map[input] = result.addInput(
        name: value.name, shape: value.shape, elementType: value.elementType,
        quantization: value.quantization)
    }
    for node in source.nodes {
      let name = source.values[node.output].name
      var operands: [ValueID] = []
      for input in node.inputs { operands.append(value(input)) }
      if case .scaleShift(let affine) = node.operation, source.shape(of: node.inputs[0]).rank > 0 {
        map[node.output] = try convolve(affine, operands[0], name)
      } else {
        map[node.output] = try result.add(
          node.operation, to: operands, name: name, type: source.values[node.output].type)
      }
    }
    for output in source.outputs { try result.addOutput(value(output)) }
    return result
  }

  private mutating func value(_ id: ValueID) -> ValueID {
    if let known = map[id] { return known }
    guard let constant = source.values[id].constant else {
      preconditionFailure("a value is computed before it is used")
    }
    let copy = result.addConstant(name: source.values[id].name, constant)
    map[id] = copy
    return copy
  }

  /// x · scale + shift as a depthwise convolution, on an image of one row where x is none.
  private mutating func convolve(_ affine: ScaleShift, _ x: ValueID, _ name: String)
    throws(GraphError) -> ValueID
  {
    let shape = result.shape(of: x)
    let channels = shape.channels
    let image: Shape
    let weights: Shape
    do throws(ShapeError) {
      image = try Shape([1, 1, shape.rows, channels])
      weights = try Shape([channels, 1, 1, 1])
    } catch {
      throw .shape(node: name, error)
    }
    let convolution = Convolution(
      weights: affine.scale.reshaped(to: weights), bias: affine.shift, groups: channels)
    if shape.rank == 4 { return try result.add(.convolution(convolution), to: x, name: name) }
    let flat = try result.add(.reshape(Reshape(to: image)), to: x, name: name + "/image")
    let mapped = try result.add(.convolution(convolution), to: flat, name: name + "/mapped")
    return try result.add(.reshape(Reshape(to: shape)), to: mapped, name: name)
  }
}
