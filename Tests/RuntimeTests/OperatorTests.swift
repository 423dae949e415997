// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// Every operator, through plan and session, against the reference, on every instruction set.
@Suite struct OperatorTests {
  @Test(arguments: InstructionSet.available, [false, true])
  func denseLayersAgree(set: InstructionSet, half: Bool) throws {
    for sample in try LayerSamples.dense(half: half) { try expectAgreement(sample, on: set) }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func convolutionsAgree(set: InstructionSet, half: Bool) throws {
    for sample in try LayerSamples.convolutions(half: half) { try expectAgreement(sample, on: set) }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func transposedConvolutionsAgree(set: InstructionSet, half: Bool) throws {
    for sample in try LayerSamples.transposedConvolutions(half: half) {
      try expectAgreement(sample, on: set)
    }
  }

  @Test(arguments: InstructionSet.available, [false, true])
  func recurrentLayersAgree(set: InstructionSet, half: Bool) throws {
    for sample in try LayerSamples.lstms(half: half) + LayerSamples.grus(half: half)
      + LayerSamples.simpleRNNs(half: half)
    {
      try expectAgreement(sample, on: set)
    }
  }

  @Test(arguments: InstructionSet.available)
  func elementwiseOperatorsAgree(set: InstructionSet) throws {
    for sample in try ElementSamples.elements() { try expectAgreement(sample, on: set) }
  }

  @Test(arguments: InstructionSet.available)
  func rowsAndWindowsAgree(set: InstructionSet) throws {
    for sample in try ElementSamples.rows() { try expectAgreement(sample, on: set) }
  }

  @Test(arguments: InstructionSet.available)
  func matrixProductsAgree(set: InstructionSet) throws {
    for sample in try ElementSamples.matrices() { try expectAgreement(sample, on: set) }
  }

  @Test(arguments: InstructionSet.available)
  func movementsAgree(set: InstructionSet) throws {
    for sample in try ElementSamples.movements() { try expectAgreement(sample, on: set, within: 0) }
  }

  @Test(arguments: InstructionSet.available)
  func cellsTakeEveryActivation(set: InstructionSet) throws {
    var w = Weights(seed: 17, half: false)
    for activation in Self.activations {
      let rnn = SimpleRNN(
        inputWeights: try w(19, 3, scale: 0.2), recurrentWeights: try w(19, 19, scale: 0.05),
        bias: try w(19, scale: 0.2),
        activation: activation)
      try expectAgreement(
        try Sample("RNN with \(activation)", .simpleRNN(rnn), [[1, 4, 3]]), on: set)
      let lstm = LSTM(
        inputWeights: try w(76, 3, scale: 0.2), recurrentWeights: try w(76, 19, scale: 0.05),
        bias: try w(76, scale: 0.2),
        activation: activation, recurrentActivation: .sigmoid)
      try expectAgreement(
        try Sample("LSTM with \(activation)", .lstm(lstm), [[1, 4, 3]]), on: set)
    }
  }

  static let activations: [Activation] = [
    .linear, .relu, .relu6, .tanh, .sigmoid, .hardSigmoidKeras2, .hardSigmoid, .softsign,
    .softplus, .elu(alpha: 0.7), .selu, .silu, .hardSilu, .gelu(approximate: false),
    .gelu(approximate: true), .mish, .exponential, .leakyReLU(slope: 0.3), .celu(alpha: 1.5),
    .logSigmoid, .hardTanh, .tanhShrink, .softShrink(threshold: 0.25),
    .hardShrink(threshold: 0.25), .squareplus(b: 4), .sparsePlus, .sparseSigmoid,
    .rectified(maximum: 1, threshold: 0.5, slope: 0.1),
    .rectified(maximum: nil, threshold: -0.5, slope: 0), .thresholded(theta: 0.5),
  ]

  @Test(arguments: InstructionSet.available)
  func selectionsTakeTheBranchOfEachElement(set: InstructionSet) throws {
    for (condition, a, b) in [
      ([4, 5], [4, 5], [4, 5]), ([4, 1], [5], [4, 5]), ([], [2, 3], [3]), ([3], [1], []),
      ([2, 1, 3], [1, 4, 1], [2, 4, 3]),
    ] {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape(condition))
      let zero = graph.addConstant(name: "zero", Tensor(scalar: 0))
      let branches = [
        graph.addInput(name: "a", shape: try Shape(a)),
        graph.addInput(name: "b", shape: try Shape(b)),
      ]
      let isPositive = try graph.add(.compare(Compare(.greater)), to: [x, zero], name: "positive")
      let y = try graph.add(.select(Select()), to: [isPositive] + branches, name: "select")
      try graph.addOutput(y)
      try graph.addOutput(isPositive)
      try expectAgreement(Sample("Select \(condition)", graph), on: set, within: 0)
    }
  }
}
