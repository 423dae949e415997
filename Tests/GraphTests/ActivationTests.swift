// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Every activation, as operators and inside recurrent cells, against its formula in doubles.
struct ActivationTests {
  static let all: [(Activation, @Sendable (Double) -> Double)] = [
    (.linear, { $0 }), (.relu, { max($0, 0) }), (.relu6, { min(max($0, 0), 6) }),
    (.tanh, { tanh($0) }), (.sigmoid, sigmoid),
    (.hardSigmoidKeras2, { min(max(0.2 * $0 + 0.5, 0), 1) }),
    (.hardSigmoid, { min(max($0 + 3, 0), 6) / 6 }), (.softsign, { $0 / (1 + abs($0)) }),
    (.softplus, softplus), (.elu(alpha: 1), { $0 >= 0 ? $0 : expm1($0) }),
    (.elu(alpha: 0.3), { $0 >= 0 ? $0 : 0.3 * expm1($0) }),
    (.selu, { 1.0507009873554805 * ($0 >= 0 ? $0 : 1.6732632423543772 * expm1($0)) }),
    (.silu, { $0 * sigmoid($0) }), (.hardSilu, { $0 * min(max($0 + 3, 0), 6) / 6 }),
    (.gelu(approximate: false), { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) }),
    (
      .gelu(approximate: true),
      { $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    (.mish, { $0 * tanh(softplus($0)) }), (.exponential, { exp($0) }),
    (.leakyReLU(slope: 0.2), { $0 >= 0 ? $0 : Double(Float(0.2)) * $0 }),
    (.celu(alpha: 1.5), { max($0, 0) + min(0, 1.5 * expm1($0 / 1.5)) }),
    (.logSigmoid, { -softplus(-$0) }), (.hardTanh, { min(max($0, -1), 1) }),
    (.tanhShrink, { $0 - tanh($0) }),
    (.softShrink(threshold: 0.5), { ($0 < 0 ? -1 : 1) * max(abs($0) - 0.5, 0) }),
    (.hardShrink(threshold: 0.5), { abs($0) > 0.5 ? $0 : 0 }),
    (.squareplus(b: 4), { ($0 + ($0 * $0 + 4).squareRoot()) / 2 }),
    (.sparsePlus, { $0 <= -1 ? 0 : $0 >= 1 ? $0 : ($0 + 1) * ($0 + 1) / 4 }),
    (.sparseSigmoid, { min(max(($0 + 1) / 2, 0), 1) }),
    (.rectified(maximum: nil, threshold: 0, slope: 0), { max($0, 0) }),
    (.rectified(maximum: 6, threshold: 0, slope: 0), { min(max($0, 0), 6) }),
    (.rectified(maximum: 2, threshold: 0, slope: 0.5), { min($0 >= 0 ? $0 : 0.5 * $0, 2) }),
    (
      .rectified(maximum: 4, threshold: 1, slope: 0.5),
      { $0 >= 4 ? 4 : $0 >= 1 ? $0 : 0.5 * ($0 - 1) }
    ),
    (.rectified(maximum: nil, threshold: 1, slope: 0), { $0 >= 1 ? $0 : 0 }),
    (.thresholded(theta: 1), { $0 > 1 ? $0 : 0 }),
  ]

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  /// A few roundings of a number as large as the largest input near the corners: mish and
  /// squareplus cancel there in any float arithmetic.
  static let tolerance: Tolerance = .relative(1e-6, absolute: 4e-6)

  /// −20…20 in steps that hit the corners, and far out.
  static let points: [Float] = (-320...320).map { Float($0) / 16 } + [-80, 80]

  @Test(arguments: all.indices) func operatorsFollowTheFormula(index: Int) throws {
    let (activation, formula) = ActivationTests.all[index]
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([ActivationTests.points.count]))
    try graph.addOutput(try graph.add(activation: activation, to: x, name: "y"))
    let found = try evaluate(graph, [ActivationTests.points])[0]
    let expected = ActivationTests.points.map { Float(formula(Double($0))) }
    #expect(
      difference(found, expected, within: ActivationTests.tolerance) == nil, "\(activation)")
  }

  @Test(arguments: all.indices) func cellsFollowTheFormula(index: Int) throws {
    let (activation, formula) = ActivationTests.all[index]
    let zero = Tensor(shape: try Shape([1, 1]), floats: [0])
    let cell = SimpleRNN(
      inputWeights: Tensor(shape: try Shape([1, 1]), floats: [1]), recurrentWeights: zero,
      bias: zero.reshaped(to: try Shape([1])), activation: activation)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, ActivationTests.points.count, 1]))
    try graph.addOutput(try graph.add(.simpleRNN(cell), to: x, name: "y"))
    // No state enters: each step is the activation of its input. What overflows does so last.
    let points = ActivationTests.points
    let found = try evaluate(graph, [points])[0]
    for (x, y) in zip(points, found) where abs(x) <= 20 {
      let expected = Float(formula(Double(x)))
      #expect(ActivationTests.tolerance.allows(y, expected), "\(activation) at \(x)")
    }
  }
}
