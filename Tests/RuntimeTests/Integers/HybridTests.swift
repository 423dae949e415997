// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// Kernels that only come near a function, and layers that quantize floats as they run.
@Suite struct HybridTests {
  @Test func approximationsStayWithinTheirSteps() throws {
    for (sample, steps) in try IntegerSamples.approximations() {
      for set in InstructionSet.available {
        var session = Session(try Plan(sample.graph, instructionSet: set))
        for seed in [1, 2] as [UInt64] {
          let inputs = sample.inputs(seed: seed)
          let found = try runRaw(&session, inputs)[0]
          let expected = approximated(sample.graph, inputs[0])
          for (a, b) in zip(found, expected) {
            #expect(abs(a - b) <= steps, "\(sample.name) on \(set)")
          }
        }
      }
    }
  }

  /// The integers nearest to the function itself.
  private func approximated(_ graph: Graph, _ raw: [Double]) -> [Double] {
    let (x, y) = (
      IntegerReference.Kind(graph.values[graph.inputs[0]].type),
      IntegerReference.Kind(graph.values[graph.outputs[0]].type)
    )
    let shape = graph.shape(of: graph.inputs[0]).extents
    let real = ReferenceTensor(shape, raw.map { ($0 - x.zero) * Double(x.scale) })
    let result: ReferenceTensor =
      switch graph.nodes[0].operation {
      case .unary(let op):
        ReferenceTensor(
          shape, real.values.map { $0 > 0 ? ReferenceFunction.unary(op.function, $0) : 1e9 })
      case .softmax: Reference.softmax(real, beta: 1, logarithm: false)
      default: Reference.softmax(real, beta: 1, logarithm: true)
      }
    if case .unary(let op) = graph.nodes[0].operation, op.function != .reciprocalSquareRoot {
      return real.values.map {
        y.clamp(ReferenceFunction.unary(op.function, $0) / Double(y.scale) + y.zero)
      }
    }
    return result.values.map { y.clamp(($0 / Double(y.scale)).rounded() + y.zero) }
  }

  /// Rows are quantized in single precision on both sides; what differs is the order of additions,
  /// and now and then, in recurrences, a step.
  @Test func hybridLayersAgree() throws {
    for sample in try IntegerSamples.hybrids() {
      let isRecurrent = sample.name.contains("LSTM")
      for set in InstructionSet.available {
        var session = Session(try Plan(sample.graph, instructionSet: set))
        for seed in [1, 2] as [UInt64] {
          let inputs = sample.inputs(seed: seed)
          let found = try runRaw(&session, inputs)[0]
          let expected = HybridReference.run(sample.graph, inputs[0].map { Float($0) })
          for (a, b) in zip(found, expected) {
            #expect(
              abs(a - b) <= (isRecurrent ? 2e-2 : 1e-5) * (1 + abs(b)), "\(sample.name) on \(set)")
          }
        }
      }
    }
  }

  @Test func nothingButZerosGivesTheBias() throws {
    let bias: [Float] = [1, -2, 3]
    var maker = IntegerMaker(seed: 83)
    let op = Dense(
      weights: try maker.weights([3, 8], scales: 3), bias: try Tensor(vector: bias),
      asymmetricInputs: true)
    let sample = try maker.sample(
      "zeros", .dense(op), [([1, 8], .float32)], result: .float32)
    for set in InstructionSet.available {
      var session = Session(try Plan(sample.graph, instructionSet: set))
      #expect(try runRaw(&session, [[Double](repeating: 0, count: 8)]) == [[1, -2, 3]])
    }
  }
}

/// Layers of floats with int8 weights, in double precision after their operands were quantized.
enum HybridReference {
  static func run(_ graph: Graph, _ input: [Float]) -> [Double] {
    let node = graph.nodes[0]
    let shape = graph.shape(of: node.output).extents
    let x = ReferenceTensor(graph.shape(of: graph.inputs[0]).extents, input.map(Double.init))
    switch node.operation {
    case .dense(var op):
      let rows = quantized(x, rows: x.values.count / op.weights.shape[1], op.asymmetricInputs)
      op.weights = real(op.weights)
      return Reference.dense(op, rows, shape).values
    case .convolution(var op):
      let scales = op.weights.quantization?.scales ?? []
      let isUniform = Set(scales).count == 1 && op.groups == 1
      op.weights = real(op.weights)
      return Reference.convolution(op, quantized(x, rows: shape[0], !isUniform), shape).values
    case .lstm(let op): return lstm(op, x, shape)
    default: preconditionFailure("not hybrid")
    }
  }

  private static func real(_ tensor: Tensor) -> Tensor {
    let raw = IntegerReference.raw(tensor)
    let scales = tensor.quantization?.scales ?? []
    return Tensor(
      shape: tensor.shape,
      floats: raw.enumerated().map { Float($1) * scales[$0 * scales.count / raw.count] })
  }

  /// What rows are once they went through int8.
  private static func quantized(
    _ x: ReferenceTensor, rows: Int, _ asymmetric: Bool
  ) -> ReferenceTensor {
    var y = x
    let length = x.values.count / rows
    for row in 0..<rows {
      let range = row * length..<(row + 1) * length
      let (low, high) = (
        min(0, x.values[range].min() ?? 0), max(0, x.values[range].max() ?? 0)
      )
      if low == high { continue }
      var (scale, zero) = (Float(max(high, -low)) / 127, 0.0)
      if asymmetric {
        let step = (high - low) / 255
        scale = Float(step)
        let fromLow = 128 + abs(low / step) < 127 + abs(high / step)
        zero = min(max((fromLow ? -128 - low / step : 127 - high / step).rounded(), -128), 127)
      }
      let inverse = asymmetric ? 1 / scale : 127 / Float(max(high, -low))
      for i in range {
        let q = (Float(zero) + Float(x.values[i]) * inverse).rounded(.toNearestOrAwayFromZero)
        let limit: Float = asymmetric ? -128 : -127
        y.values[i] = (Double(min(max(q, limit), 127)) - zero) * Double(scale)
      }
    }
    return y
  }

  private static func lstm(_ op: LSTM, _ x: ReferenceTensor, _ shape: [Int]) -> [Double] {
    let (w, u) = (
      ReferenceTensor(real(op.inputWeights)), ReferenceTensor(real(op.recurrentWeights))
    )
    let (units, time, features) = (op.units, x.shape[1], x.shape[2])
    let bias = ReferenceTensor(op.bias).values
    let rows = quantized(x, rows: time, op.asymmetricInputs)
    var (h, c) = ([Double](repeating: 0, count: units), [Double](repeating: 0, count: units))
    var outputs: [Double] = []
    for t in 0..<time {
      let q = quantized(ReferenceTensor([units], h), rows: 1, op.asymmetricInputs).values
      let z = (0..<4 * units).map { row in
        var sum = bias[row]
        for k in 0..<features { sum += w[row, k] * rows.values[t * features + k] }
        for k in 0..<units { sum += u[row, k] * q[k] }
        return sum
      }
      func sigmoid(_ x: Double) -> Double { 1 / (1 + Glibc.exp(-x)) }
      for unit in 0..<units {
        let (i, f) = (sigmoid(z[unit]), sigmoid(z[units + unit]))
        let (g, o) = (Glibc.tanh(z[2 * units + unit]), sigmoid(z[3 * units + unit]))
        c[unit] = min(max(f * c[unit] + i * g, -Double(op.cellClip)), Double(op.cellClip))
        h[unit] = o * Glibc.tanh(c[unit])
      }
      if op.returnsSequence || t == time - 1 { outputs += h }
    }
    return outputs
  }
}
