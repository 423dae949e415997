// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

/// Each pass removes what it should, leaves what it must, and changes no output.
struct PassTests {
  /// Runs a graph before and after a pass on the same inputs.
  private func expectUnchanged(
    _ graph: Graph, _ pass: (Graph) throws -> Graph, nodeCount: Int,
    location: SourceLocation = #_sourceLocation
  ) throws {
    let after = try pass(graph)
    #expect(after.nodes.count == nodeCount, sourceLocation: location)
    #expect(
      after.outputs.map { after.values[$0].name } == graph.outputs.map { graph.values[$0].name },
      sourceLocation: location)
    var random = SplitMix64(seed: 6)
    for _ in 0..<5 {
      let inputs = randomInputs(graph, &random)
      let (old, new) = (try evaluate(graph, inputs), try evaluate(after, inputs))
      for (a, b) in zip(new, old) {
        #expect(
          difference(a, b, within: .relative(1e-6, absolute: 1e-6)) == nil,
          sourceLocation: location)
      }
    }
  }

  /// A chain of operators on one input.
  private func chain(_ extents: [Int], _ operations: [Operator]) throws -> Graph {
    var graph = Graph()
    var value = graph.addInput(name: "x", shape: try Shape(extents))
    for (index, operation) in operations.enumerated() {
      value = try graph.add(operation, to: value, name: "n\(index)")
    }
    try graph.addOutput(value)
    return graph
  }

  private func reshape(_ extents: [Int]) throws -> Operator {
    .reshape(Reshape(to: try Shape(extents)))
  }

  private let pool = Pool(
    kind: .maximum, size: Extent2D(height: 1, width: 2), stride: Extent2D(height: 1, width: 2),
    padding: .valid)

  @Test func identitiesVanish() throws {
    let graph = try chain(
      [1, 4, 3],
      [
        try reshape([1, 4, 3]), .transpose(Transpose(permutation: [0, 1, 2])),
        .pad(Pad(before: [0, 0, 0], after: [0, 0, 0])), .tile(Tile(multiples: [1, 1, 1])),
        .slice(Slice(begin: [0, 0, 0], count: [1, 4, 3], stride: [1, 1, 1])),
        .reverse(Reverse(axes: [0])), .concatenate(Concatenate(axis: 1)), try reshape([12]),
        try reshape([3, 4]), .unary(Unary(.tanh)),
      ])
    try expectUnchanged(graph, { try $0.droppingIdentities() }, nodeCount: 2)
  }

  @Test func outputsThatAreInputsStay() throws {
    let graph = try chain([1, 4], [try reshape([1, 4])])
    let after = try graph.droppingIdentities()
    #expect(after.nodes.isEmpty && after.outputs == after.inputs)
  }

  @Test func reshapesAroundElementwiseOperatorsCancel() throws {
    var random = SplitMix64(seed: 7)
    let graph = try chain(
      [1, 1, 8, 3],
      [
        try reshape([1, 8, 3]), .unary(Unary(.relu)), try random.scaleShift(3),
        try reshape([1, 1, 8, 3]), .unary(Unary(.tanh)),
      ])
    try expectUnchanged(
      graph, { try $0.hoistingReshapes().droppingIdentities() }, nodeCount: 3)
  }

  @Test func residualBranchesKeepOneReshape() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 4, 2]))
    let shape = try Shape([1, 4, 2])
    let a = try graph.add(.reshape(Reshape(to: shape)), to: x, name: "a")
    let tanh = try graph.add(.unary(Unary(.tanh)), to: x, name: "t")
    let b = try graph.add(.reshape(Reshape(to: shape)), to: tanh, name: "b")
    try graph.addOutput(try graph.add(.binary(Binary(.add)), to: [a, b], name: "sum"))
    try expectUnchanged(graph, { try $0.hoistingReshapes() }, nodeCount: 3)
  }

  @Test func batchNormalizationFoldsBackward() throws {
    var random = SplitMix64(seed: 8)
    for operation in [
      try random.convolution(3, 4, size: 3, padding: .same),
      try random.convolution(4, 4, size: 3, padding: .same, groups: 4),
      .transposedConvolution(
        TransposedConvolution(
          weights: try random.tensor([4, 1, 3, 3]), bias: nil,
          stride: Extent2D(height: 1, width: 2), padding: .same,
          outputSize: Extent2D(height: 1, width: 16))),
    ] {
      let channels = if case .convolution(let x) = operation, x.isDepthwise { 4 } else { 3 }
      let graph = try chain([1, 1, 8, channels], [operation, try random.scaleShift(4)])
      try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 1)
    }
    let graph = try chain([1, 5], [try random.dense(5, 4), try random.scaleShift(4)])
    try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 1)
  }

  @Test func batchNormalizationFoldsForward() throws {
    var random = SplitMix64(seed: 9)
    for operation in [
      try random.dense(3, 4), .lstm(try random.lstm(3, 4)),
      .gru(try random.gru(3, 4, resetAfter: true)), .gru(try random.gru(3, 4, resetAfter: false)),
      .simpleRNN(try random.simpleRNN(3, 4)),
    ] {
      let graph = try chain([1, 6, 3], [try random.scaleShift(3), operation])
      try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 1)
    }
    let valid = try random.convolution(3, 4, size: 3, padding: .valid)
    let graph = try chain([1, 1, 6, 3], [try random.scaleShift(3), valid])
    try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 1)
  }

  @Test func batchNormalizationPassesWhatItCommutesWith() throws {
    var random = SplitMix64(seed: 10)
    let average = Pool(
      kind: .average, size: Extent2D(height: 1, width: 3), stride: .one, padding: .same)
    let graph = try chain(
      [1, 1, 8, 3],
      [
        try random.scaleShift(3), .pool(average), .reverse(Reverse(axes: [2])),
        .slice(Slice(begin: [0, 0, 1, 0], count: [1, 1, 6, 3], stride: [1, 1, 1, 1])),
        try reshape([1, 18]), try random.dense(18, 4),
      ])
    try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 5)
    let positive = try chain(
      [1, 1, 8, 3],
      [
        try random.scaleShift(3, from: 0.1), .pool(pool), try reshape([1, 4, 3]),
        .lstm(try random.lstm(3, 4)),
      ])
    try expectUnchanged(positive, { try $0.foldingBatchNormalization() }, nodeCount: 3)
    let mean = try chain(
      [1, 6, 3],
      [
        try random.scaleShift(3), .reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)),
        try random.dense(3, 2),
      ])
    try expectUnchanged(mean, { try $0.foldingBatchNormalization() }, nodeCount: 2)
  }

  @Test func batchNormalizationStaysWhereFoldingIsNotExact() throws {
    var random = SplitMix64(seed: 11)
    let border = try chain(
      [1, 1, 8, 3],
      [try random.scaleShift(3), try random.convolution(3, 4, size: 3, padding: .same)])
    try expectUnchanged(border, { try $0.foldingBatchNormalization() }, nodeCount: 2)
    let scale = try Tensor(vector: [-1, 1, 2])
    let negative = try chain(
      [1, 1, 8, 3],
      [
        .scaleShift(ScaleShift(scale: scale, shift: try random.tensor([3]))), .pool(pool),
        try reshape([1, 4, 3]), try random.dense(3, 4),
      ])
    try expectUnchanged(negative, { try $0.foldingBatchNormalization() }, nodeCount: 4)
    let bent = try chain(
      [1, 3], [try random.scaleShift(3), .unary(Unary(.relu)), try random.dense(3, 4)])
    try expectUnchanged(bent, { try $0.foldingBatchNormalization() }, nodeCount: 3)
    let sum = try chain(
      [1, 4, 3],
      [
        try random.scaleShift(3), .reduce(Reduce(kind: .sum, axes: [1], keepsAxes: false)),
        try random.dense(3, 2),
      ])
    try expectUnchanged(sum, { try $0.foldingBatchNormalization() }, nodeCount: 3)
    guard case .dense(var dense) = try random.dense(3, 4) else { return }
    dense.weights = dense.weights.halved
    let half = try chain([1, 3], [try random.scaleShift(3), .dense(dense)])
    try expectUnchanged(half, { try $0.foldingBatchNormalization() }, nodeCount: 2)
  }

  @Test func batchNormalizationWithTwoReadersStays() throws {
    var random = SplitMix64(seed: 12)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    let normal = try graph.add(try random.scaleShift(3), to: x, name: "bn")
    try graph.addOutput(try graph.add(try random.dense(3, 4), to: normal, name: "y"))
    try graph.addOutput(normal)
    try expectUnchanged(graph, { try $0.foldingBatchNormalization() }, nodeCount: 2)
  }

  /// A sensor far from zero: folding its normalization would cost the digits it is there to keep.
  @Test(arguments: [(9.81, 0.5), (300, 1), (1013, 0.5)] as [(Float, Float)])
  func normalizationOfLargeMeansKeepsItsDigits(mean: Float, deviation: Float) throws {
    var random = SplitMix64(seed: 17)
    let scale = try Tensor(vector: [Float](repeating: 1 / deviation, count: 16))
    let shift = try Tensor(vector: [Float](repeating: -mean / deviation, count: 16))
    let graph = try chain(
      [1, 16], [.scaleShift(ScaleShift(scale: scale, shift: shift)), try random.dense(16, 8)])
    let optimized = try graph.optimized()
    guard case .dense(let dense) = graph.nodes[1].operation, let weights = dense.weights.floats,
      let bias = dense.bias?.floats
    else { return }
    for _ in 0..<20 {
      let window: [Float] = (0..<16).map { _ in
        mean + deviation * random.float(from: -2, to: 2)
      }
      // The first step as floats do it, the sum in doubles.
      let (factor, offset) = (1 / deviation, mean / deviation)
      let normal: [Double] = window.map { Double($0 * factor - offset) }
      var expected: [Float] = []
      for unit in 0..<8 {
        var sum = Double(bias[unit])
        for column in 0..<16 { sum += Double(weights[unit * 16 + column]) * normal[column] }
        expected.append(Float(sum))
      }
      // That step is rounded to a unit in the last place of mean / deviation.
      let tolerance = Tolerance.close(2e-6 + offset * 1.2e-7 * 16)
      let found = try evaluate(optimized, [window])[0]
      #expect(difference(found, expected, within: tolerance) == nil)
    }
    #expect(optimized.nodes.count == 2)
  }

  @Test func outputsKeepTheirNamesWhereAnIdentityStandsBetween() throws {
    var random = SplitMix64(seed: 22)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    let first = try graph.add(try random.dense(3, 4), to: x, name: "first")
    let second = try graph.add(.reshape(Reshape(to: try Shape([1, 4]))), to: first, name: "second")
    try graph.addOutput(first)
    try graph.addOutput(second)
    try expectUnchanged(graph, { try $0.optimized() }, nodeCount: 2)
  }

  @Test func longChainsOfReshapesAreShort() throws {
    var graph = Graph()
    var value = graph.addInput(name: "x", shape: try Shape([2, 6]))
    for index in 0..<50_001 {
      let shape = try Shape(index % 2 == 0 ? [3, 4] : [12])
      value = try graph.add(.reshape(Reshape(to: shape)), to: value, name: "r")
    }
    try graph.addOutput(value)
    #expect(try graph.optimized().nodes.count == 1)
  }

  @Test func weightsBeyondHalvesStayFloats() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 2]))
    let hidden = try graph.add(.unary(Unary(.tanh)), to: x, name: "h")
    let weights = Tensor(shape: try Shape([2, 2]), floats: [1, 2, 3, 70_000])
    let small = Tensor(shape: try Shape([2, 2]), floats: [1, 2, 3, 4])
    let a = try graph.add(.dense(Dense(weights: weights, bias: nil)), to: hidden, name: "a")
    try graph.addOutput(try graph.add(.dense(Dense(weights: small, bias: nil)), to: a, name: "b"))
    let types = try graph.halvingWeights().nodes.flatMap { $0.operation.weights }.map {
      $0.elementType
    }
    #expect(types == [.float32, .float16])
  }

  @Test func clampsMoveIntoTheOperatorBefore() throws {
    var random = SplitMix64(seed: 13)
    for function in [Unary.Function.relu, .relu6, .reluN1To1] {
      let graph = try chain(
        [1, 1, 8, 3],
        [
          try random.convolution(3, 4, size: 3, padding: .same), .unary(Unary(function)),
          try random.dense(4, 4), .unary(Unary(function)), .unary(Unary(.tanh)),
        ])
      try expectUnchanged(graph, { try $0.fusingActivations() }, nodeCount: 3)
    }
  }

  @Test func clampsStayWhereThereIsNoRoom() throws {
    var random = SplitMix64(seed: 14)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    let y = try graph.add(try random.dense(3, 4), to: x, name: "y")
    try graph.addOutput(try graph.add(.unary(Unary(.relu)), to: y, name: "r"))
    try graph.addOutput(y)
    try expectUnchanged(graph, { try $0.fusingActivations() }, nodeCount: 2)
    var larger = Graph()
    let a = larger.addInput(name: "a", shape: try Shape([3]))
    let b = try larger.add(.binary(Binary(.maximum)), to: [a, a], name: "b")
    try larger.addOutput(try larger.add(.unary(Unary(.relu)), to: b, name: "c"))
    try expectUnchanged(larger, { try $0.fusingActivations() }, nodeCount: 2)
  }

  @Test func canonicalGraphsForgetWhatIsNotUsed() throws {
    var random = SplitMix64(seed: 15)
    var graph = Graph()
    _ = graph.addConstant(name: "unused", Tensor(scalar: 1))
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    _ = try graph.add(.unary(Unary(.exp)), to: x, name: "dead")
    try graph.addOutput(try graph.add(try random.dense(3, 4), to: x, name: "y"))
    let canonical = try graph.canonicalized()
    #expect(canonical.nodes.count == 1 && canonical.values.count == 2)
    #expect(try canonical.canonicalized() == canonical)
  }

  @Test func gestureModelShapedGraphsEndUpLean() throws {
    var random = SplitMix64(seed: 16)
    let graph = try chain(
      [1, 16, 3],
      [
        try reshape([1, 1, 16, 3]), try random.convolution(3, 4, size: 3, padding: .same),
        try reshape([1, 16, 4]), .unary(Unary(.relu)), try random.scaleShift(4),
        try reshape([1, 1, 16, 4]), .pool(pool), try reshape([1, 8, 4]),
        try reshape([1, 1, 8, 4]), try random.convolution(4, 5, size: 3, padding: .same),
        try reshape([1, 8, 5]), .unary(Unary(.relu)), try random.scaleShift(5),
        .lstm(try random.lstm(5, 4)), .lstm(try random.lstm(4, 3, sequence: false)),
        try random.dense(3, 4), .unary(Unary(.relu)), try random.dense(4, 2), .softmax(Softmax()),
      ])
    // Two reshapes, two convolutions, one batch normalization (the border keeps it), one pool.
    try expectUnchanged(graph, { try $0.optimized() }, nodeCount: 11)
  }
}
