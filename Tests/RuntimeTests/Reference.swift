// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A tensor of the reference interpreter.
struct ReferenceTensor {
  var shape: [Int]
  var values: [Double]

  init(_ shape: [Int], _ values: [Double]) {
    precondition(shape.reduce(1, *) == values.count)
    self.shape = shape
    self.values = values
  }

  init(_ shape: [Int]) {
    self.init(shape, [Double](repeating: 0, count: shape.reduce(1, *)))
  }

  init(_ tensor: Tensor) {
    if case .bool(let values) = tensor.elements {
      self.init(tensor.shape.extents, values.map { $0 ? 1 : 0 })
    } else {
      self.init(tensor.shape.extents, (tensor.floats ?? []).map(Double.init))
    }
  }

  func offset(_ index: [Int]) -> Int {
    var offset = 0
    for axis in shape.indices { offset = offset * shape[axis] + index[axis] }
    return offset
  }

  /// The element at an index that may have more axes and larger extents, as in broadcasting.
  func broadcast(_ index: [Int]) -> Double {
    let tail = Array(index.suffix(shape.count))
    return values[offset(tail.indices.map { shape[$0] == 1 ? 0 : tail[$0] })]
  }

  subscript(_ index: Int...) -> Double {
    get { values[offset(index)] }
    set { values[offset(index)] = newValue }
  }
}

/// All indices of a shape in row-major order.
func indices(_ shape: [Int]) -> [[Int]] {
  var result: [[Int]] = [[]]
  for extent in shape {
    result = result.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
  return result
}

/// A graph evaluated node by node in double precision, written for plainness: what the runtime is
/// compared with.
struct Reference {
  /// The outputs for some inputs.
  static func run(_ graph: Graph, _ inputs: [[Float]]) -> [[Double]] {
    var values = graph.values.map { value in
      value.constant.map { ReferenceTensor($0) } ?? ReferenceTensor([0])
    }
    for (index, input) in graph.inputs.enumerated() {
      values[input] = ReferenceTensor(
        graph.shape(of: input).extents, inputs[index].map(Double.init))
    }
    for node in graph.nodes {
      let operands = node.inputs.map { values[$0] }
      let result = evaluate(
        node.operation, operands, shape: graph.shape(of: node.output).extents)
      precondition(result.shape == graph.shape(of: node.output).extents)
      values[node.output] = result
    }
    return graph.outputs.map { values[$0].values }
  }

  static func evaluate(
    _ operation: Operator, _ x: [ReferenceTensor], shape: [Int]
  ) -> ReferenceTensor {
    switch operation {
    case .dense(let op): dense(op, x[0], shape)
    case .convolution(let op): convolution(op, x[0], shape)
    case .transposedConvolution(let op): transposedConvolution(op, x[0], shape)
    case .lstm(let op): lstm(op, x[0], shape)
    case .gru(let op): gru(op, x[0], shape)
    case .simpleRNN(let op): simpleRNN(op, x[0], shape)
    case .pool(let op): pool(op, x[0], shape)
    case .reduce(let op): reduce(op, x[0], shape)
    case .softmax(let op): softmax(x[0], beta: Double(op.beta), logarithm: false)
    case .logSoftmax: softmax(x[0], beta: 1, logarithm: true)
    case .unary(let op):
      ReferenceTensor(shape, x[0].values.map { ReferenceFunction.unary(op.function, $0) })
    case .binary(let op):
      pairs(shape, x[0], x[1]) {
        clamp(op.activation, ReferenceFunction.binary(op.function, $0, $1))
      }
    case .compare(let op):
      pairs(shape, x[0], x[1]) { ReferenceFunction.compare(op.condition, $0, $1) ? 1 : 0 }
    case .select:
      ReferenceTensor(
        shape,
        indices(shape).map {
          x[0].broadcast($0) != 0 ? x[1].broadcast($0) : x[2].broadcast($0)
        })
    case .parametricReLU(let op):
      pairs(shape, x[0], ReferenceTensor(op.slope)) { $0 >= 0 ? $0 : $0 * $1 }
    case .scaleShift(let op): scaleShift(op, x[0])
    case .matMul(let op): matMul(op, x[0], x[1], shape)
    case .reshape: ReferenceTensor(shape, x[0].values)
    case .transpose(let op):
      ReferenceTensor(
        shape,
        indices(shape).map { index in
          var source = index
          for (axis, from) in op.permutation.enumerated() { source[from] = index[axis] }
          return x[0].values[x[0].offset(source)]
        })
    case .slice(let op):
      ReferenceTensor(
        shape,
        indices(shape).map { index in
          x[0].values[
            x[0].offset(index.indices.map { op.begin[$0] + index[$0] * op.stride[$0] })]
        })
    case .concatenate(let op): concatenate(op.axis, x, shape)
    case .pad(let op): pad(op, x[0], shape)
    case .tile:
      ReferenceTensor(
        shape,
        indices(shape).map { index in
          x[0].values[x[0].offset(index.indices.map { index[$0] % x[0].shape[$0] })]
        })
    case .reverse(let op):
      ReferenceTensor(
        shape,
        indices(shape).map { index in
          x[0].values[
            x[0].offset(
              index.indices.map { op.axes.contains($0) ? shape[$0] - 1 - index[$0] : index[$0] })]
        })
    case .quantize, .dequantize: preconditionFailure("the reference computes on floats")
    }
  }

  static func pairs(
    _ shape: [Int], _ a: ReferenceTensor, _ b: ReferenceTensor, _ f: (Double, Double) -> Double
  ) -> ReferenceTensor {
    ReferenceTensor(shape, indices(shape).map { f(a.broadcast($0), b.broadcast($0)) })
  }

  static func clamp(_ activation: FusedActivation, _ x: Double) -> Double {
    switch activation {
    case .none: x
    case .relu: x < 0 ? 0 : x
    case .relu6: min(x < 0 ? 0 : x, 6)
    case .reluN1To1: min(x < -1 ? -1 : x, 1)
    }
  }

  static func scaleShift(_ op: ScaleShift, _ x: ReferenceTensor) -> ReferenceTensor {
    let (scale, shift) = (ReferenceTensor(op.scale), ReferenceTensor(op.shift))
    let channels = scale.values.count
    var y = x
    for i in x.values.indices {
      y.values[i] = x.values[i] * scale.values[i % channels] + shift.values[i % channels]
    }
    return y
  }

  static func concatenate(
    _ axis: Int, _ x: [ReferenceTensor], _ shape: [Int]
  ) -> ReferenceTensor {
    var y = ReferenceTensor(shape)
    var start = 0
    for operand in x {
      for index in indices(operand.shape) {
        var target = index
        target[axis] += start
        y.values[y.offset(target)] = operand.values[operand.offset(index)]
      }
      start += operand.shape[axis]
    }
    return y
  }

  static func pad(_ op: Pad, _ x: ReferenceTensor, _ shape: [Int]) -> ReferenceTensor {
    var y = ReferenceTensor(shape)
    for i in y.values.indices { y.values[i] = Double(op.value) }
    for index in indices(x.shape) {
      let target = index.indices.map { index[$0] + op.before[$0] }
      y.values[y.offset(target)] = x.values[x.offset(index)]
    }
    return y
  }
}
