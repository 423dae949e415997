// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

/// Graphs of integers evaluated node by node, from the formulas that TensorFlow Lite's reference
/// kernels are described by: exact sums by the reference in double precision, then the rounding of
/// each operator in ``FixedPointModel``.
enum IntegerReference {
  /// What a value's integers stand for.
  struct Kind {
    let scale: Float
    let zero: Double
    let low: Double
    let high: Double
    let isShort: Bool

    init(_ type: ValueType) {
      isShort = type.elementType == .int16
      scale = type.quantization?.scales[0] ?? 1
      zero = Double(type.quantization?.zeroPoints[0] ?? 0)
      low = isShort ? -32768 : -128
      high = isShort ? 32767 : 127
    }

    func clamp(_ x: Double) -> Double { min(max(x, low), high) }

    /// The integer for a number, not clamped.
    func steps(_ x: Float) -> Double {
      zero + Double((x / scale).rounded(.toNearestOrAwayFromZero))
    }
  }

  /// The raw outputs for raw inputs.
  static func run(_ graph: Graph, _ inputs: [[Double]]) -> [[Double]] {
    var values = graph.values.map { value in
      value.constant.map { ReferenceTensor($0.shape.extents, raw($0)) } ?? ReferenceTensor([0])
    }
    for (index, input) in graph.inputs.enumerated() {
      values[input] = ReferenceTensor(graph.shape(of: input).extents, inputs[index])
    }
    for node in graph.nodes {
      values[node.output] = evaluate(
        node.operation, node.inputs.map { values[$0] },
        types: node.inputs.map { graph.values[$0].type }, result: graph.values[node.output].type,
        shape: graph.shape(of: node.output).extents)
    }
    return graph.outputs.map { values[$0].values }
  }

  static func raw(_ tensor: Tensor) -> [Double] {
    switch tensor.elements {
    case .int8(let x): x.map(Double.init)
    case .int16(let x): x.map(Double.init)
    case .int32(let x): x.map(Double.init)
    case .int64(let x): x.map(Double.init)
    case .bool(let x): x.map { $0 ? 1 : 0 }
    default: (tensor.floats ?? []).map(Double.init)
    }
  }

  static func evaluate(
    _ operation: Operator, _ x: [ReferenceTensor], types: [ValueType], result: ValueType,
    shape: [Int]
  ) -> ReferenceTensor {
    let (from, to) = (Kind(types[0]), Kind(result))
    switch operation {
    case .dense(let op):
      let sums = Reference.dense(
        Dense(weights: numbers(op.weights), bias: nil), centered(x[0], from), shape)
      return scaled(sums, op.weights, op.bias, op.activation, from, to, isReal: true)
    case .convolution(var op):
      let (weights, bias, activation) = (op.weights, op.bias, op.activation)
      (op.weights, op.bias, op.activation) = (numbers(weights), nil, .none)
      let sums = Reference.convolution(op, centered(x[0], from), shape)
      return scaled(sums, weights, bias, activation, from, to, isReal: false)
    case .transposedConvolution(var op):
      let (weights, bias, activation) = (op.weights, op.bias, op.activation)
      (op.weights, op.bias, op.activation) = (numbers(weights), nil, .none)
      let sums = Reference.transposedConvolution(op, centered(x[0], from), shape)
      return scaled(sums, weights, bias, activation, from, to, isReal: false)
    case .lstm(let op): return lstm(op, x[0], from, shape)
    case .gru(let op): return steps(.gru(op), x[0], types[0], shape)
    case .simpleRNN(let op): return steps(.simpleRNN(op), x[0], types[0], shape)
    case .pool(var op):
      let activation = op.activation
      op.activation = .none
      return map(Reference.pool(op, x[0], shape)) {
        clamp(activation, $0.rounded(.toNearestOrAwayFromZero), to)
      }
    case .reduce(let op): return reduce(op, x[0], from, to, shape)
    case .softmax(let op): return softmax(op, x[0], from)
    case .unary(let op): return map(x[0]) { unary(op.function, $0, from, to) }
    case .binary(let op):
      let other = Kind(types[1])
      return Reference.pairs(shape, x[0], x[1]) {
        let value = binary(op.function, $0, $1, from, other, to)
        return clamp(op.activation, value, to)
      }
    case .compare(let op):
      let other = Kind(types[1])
      return Reference.pairs(shape, x[0], x[1]) {
        Reference.compare(op.condition, $0, $1, from, other)
      }
    case .parametricReLU(let op):
      let alpha = Kind(ValueType(.int8, op.slope.quantization))
      return Reference.pairs(shape, x[0], ReferenceTensor(op.slope.shape.extents, raw(op.slope))) {
        let d = $0 - from.zero
        let multiplier =
          d >= 0 ? from.scale / to.scale : from.scale * alpha.scale / to.scale
        let product = d >= 0 ? d : d * ($1 - alpha.zero)
        return to.clamp(scale(product, Double(multiplier)) + to.zero)
      }
    case .matMul(let op):
      let other = Kind(types[1])
      let sums = Reference.matMul(op, centered(x[0], from), centered(x[1], other), shape)
      let multiplier = FixedPointModel.quantize(
        Double(from.scale * other.scale) / Double(to.scale))
      return map(sums) {
        let value =
          from.isShort
          ? FixedPointModel.scaleWide(Int($0), multiplier)
          : FixedPointModel.scale(Int($0), multiplier)
        return to.clamp(Double(value) + to.zero)
      }
    case .quantize where types[0].elementType == .float32:
      return map(x[0]) { to.clamp(to.steps(Float($0))) }
    case .quantize:
      return map(x[0]) {
        to.clamp(scale($0 - from.zero, Double(from.scale) / Double(to.scale)) + to.zero)
      }
    case .dequantize: return map(x[0]) { Double(from.scale * Float($0 - from.zero)) }
    case .pad(var op):
      op.value = Float(to.clamp(to.steps(op.value)))
      return Reference.pad(op, x[0], shape)
    default: return Reference.evaluate(operation, x, shape: shape)
    }
  }

  /// A recurrent layer as the operators of its steps, one after the other.
  static func steps(
    _ cell: RecurrentCell, _ x: ReferenceTensor, _ type: ValueType, _ shape: [Int]
  ) -> ReferenceTensor {
    guard let step = cell.integerStep, let zero = step.state.quantization?.zeroPoint else {
      preconditionFailure("a step of integers")
    }
    let graph: Graph
    do { graph = try cell.stepGraph() } catch { preconditionFailure("\(error)") }
    let (time, features) = (x.shape[1], x.shape[2])
    let width = cell.gateCount * cell.units
    let rows = evaluate(
      .dense(cell.inputProjection), [ReferenceTensor([time, features], x.values)], types: [type],
      result: step.input, shape: [time, width])
    var state = [Double](repeating: Double(zero), count: cell.units)
    var all: [Double] = []
    for t in 0..<time {
      state = run(graph, [Array(rows.values[t * width..<(t + 1) * width]), state])[0]
      all += state
    }
    return ReferenceTensor(shape, cell.returnsSequence ? all : state)
  }

  static func map(_ x: ReferenceTensor, _ f: (Double) -> Double) -> ReferenceTensor {
    ReferenceTensor(x.shape, x.values.map(f))
  }

  /// Raw values without their zero point.
  static func centered(_ x: ReferenceTensor, _ kind: Kind) -> ReferenceTensor {
    map(x) { $0 - kind.zero }
  }

  /// Weights as numbers.
  static func numbers(_ tensor: Tensor) -> Tensor {
    Tensor(shape: tensor.shape, floats: raw(tensor).map { Float($0) })
  }

  static func scale(_ x: Double, _ multiplier: Double) -> Double {
    Double(FixedPointModel.scale(Int(x), FixedPointModel.quantize(multiplier)))
  }

  static func clamp(_ activation: FusedActivation, _ x: Double, _ kind: Kind) -> Double {
    switch activation {
    case .none: kind.clamp(x)
    case .relu: kind.clamp(max(x, kind.zero))
    case .relu6: kind.clamp(min(max(x, kind.zero), kind.steps(6)))
    case .reluN1To1: kind.clamp(min(max(x, kind.steps(-1)), kind.steps(1)))
    }
  }

  /// Sums, whose last axis are the filters, as a result.
  static func scaled(
    _ sums: ReferenceTensor, _ weights: Tensor, _ bias: Tensor?, _ activation: FusedActivation,
    _ from: Kind, _ to: Kind, isReal: Bool
  ) -> ReferenceTensor {
    let (scales, bias) = (weights.quantization?.scales ?? [], bias.map { raw($0) })
    let filters = weights.shape[0]
    var y = sums
    for i in y.values.indices {
      let filter = i % filters
      let sum = sums.values[i] + (bias?[filter] ?? 0)
      let multiplier =
        Double(from.scale) * Double(scales[scales.count == 1 ? 0 : filter]) / Double(to.scale)
      let value: Double
      if isReal {
        value = (sum * multiplier).rounded(.toNearestOrAwayFromZero)
      } else if from.isShort {
        value = Double(
          FixedPointModel.scaleWide(Int(sum), FixedPointModel.quantize(multiplier)))
      } else {
        value = scale(sum, multiplier)
      }
      y.values[i] = clamp(activation, value + to.zero, to)
    }
    return y
  }

  static func reduce(
    _ op: Reduce, _ x: ReferenceTensor, _ from: Kind, _ to: Kind, _ shape: [Int]
  ) -> ReferenceTensor {
    if op.kind == .maximum || op.kind == .minimum { return Reference.reduce(op, x, shape) }
    let sums = Reference.reduce(
      Reduce(kind: .sum, axes: op.axes, keepsAxes: op.keepsAxes), centered(x, from), shape)
    var (multiplier, shift) = FixedPointModel.quantize(Double(from.scale) / Double(to.scale))
    let count = op.axes.reduce(1) { $0 * x.shape[$1] }
    if op.kind == .mean {
      let left = min(Int(log2(Double(count)).rounded(.down)), 32, 31 + shift)
      multiplier = (multiplier << left) / count
      shift -= left
    }
    return map(sums) {
      to.clamp(Double(FixedPointModel.scale(Int($0), (multiplier, shift))) + to.zero)
    }
  }
}

extension Reference {
  static func compare(
    _ condition: Compare.Condition, _ a: Double, _ b: Double, _ left: IntegerReference.Kind,
    _ right: IntegerReference.Kind
  ) -> Double {
    let x = IntegerReference.scale((a - left.zero) * 256, Double(left.scale))
    let y = IntegerReference.scale((b - right.zero) * 256, Double(right.scale))
    return ReferenceFunction.compare(condition, x, y) ? 1 : 0
  }
}
