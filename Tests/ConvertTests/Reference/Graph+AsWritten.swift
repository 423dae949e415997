// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Graph {
  /// What a reader must return: identities gone, and what TFLite can say in one way only in that
  /// way.
  func asWritten() throws -> Graph {
    var copy = Graph()
    var ids = [ValueID](repeating: 0, count: values.count)
    for (id, value) in values.enumerated() {
      if inputs.contains(id) {
        ids[id] = copy.addInput(name: value.name, shape: value.shape)
      } else if let constant = value.constant {
        ids[id] = copy.addConstant(name: value.name, constant)
      } else if let node = nodes.first(where: { $0.output == id }) {
        ids[id] = try copy.addAsWritten(
          node.operation, to: node.inputs.map { ids[$0] }, name: value.name, shape: value.shape)
      }
    }
    for output in outputs { try copy.addOutput(ids[output]) }
    return try copy.normalized()
  }

  private mutating func addAsWritten(
    _ operation: Operator, to operands: [ValueID], name: String, shape: Shape
  ) throws -> ValueID {
    switch operation {
    case .convolution(var x) where x.bias == nil:
      // LiteRT wants a bias.
      x.bias = try Tensor(vector: [Float](repeating: 0, count: x.filters))
      return try add(.convolution(x), to: operands, name: name)
    case .binary(let x) where [.maximum, .minimum, .squaredDifference].contains(x.function):
      // These have no fused activation.
      let clamps: [FusedActivation: Unary.Function] = [
        .relu: .relu, .relu6: .relu6, .reluN1To1: .reluN1To1,
      ]
      guard let clamp = clamps[x.activation] else {
        return try add(operation, to: operands, name: name)
      }
      let y = try add(.binary(Binary(x.function)), to: operands, name: "\(name)/unclamped")
      return try add(.unary(Unary(clamp)), to: y, name: name)
    case .reduce(let x) where x.axes.isEmpty:
      return try add(.reshape(Reshape(to: shape)), to: operands, name: name)
    case .slice(var x):
      for axis in x.count.indices where x.count[axis] == 1 { x.stride[axis] = 1 }
      return try add(.slice(x), to: operands, name: name)
    case .reverse(let x) where x.axes == [0, 2]:
      // Neighbouring axes only.
      let y = try add(.reverse(Reverse(axes: [0])), to: operands, name: "\(name)/0")
      return try add(.reverse(Reverse(axes: [2])), to: y, name: name)
    default:
      return try add(operation, to: operands, name: name)
    }
  }
}
