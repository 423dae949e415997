// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// What the planner decides: places, memory, refusals.
@Suite struct PlanTests {
  @Test(arguments: InstructionSet.available)
  func anyValueMayBeAnOutput(set: InstructionSet) throws {
    let shape = try Shape([1, 6])
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: shape)
    let constant = graph.addConstant(
      name: "constant", Tensor(shape: shape, floats: [1, 2, 3, 4, 5, 6]))
    let unused = graph.addInput(name: "unused", shape: try Shape([2]))
    let a = try graph.add(.unary(Unary(.negate)), to: x, name: "a")
    let b = try graph.add(.unary(Unary(.square)), to: a, name: "b")
    let flat = try graph.add(.reshape(Reshape(to: try Shape([6]))), to: x, name: "flat")
    let flatConstant = try graph.add(
      .reshape(Reshape(to: try Shape([6]))), to: constant, name: "flat constant")
    let doubled = try graph.add(.binary(Binary(.add)), to: [constant, constant], name: "doubled")
    let dead = try graph.add(.unary(Unary(.exp)), to: x, name: "dead")
    _ = try graph.add(.unary(Unary(.exp)), to: dead, name: "dead too")
    for output in [x, a, a, b, constant, flat, flatConstant, doubled, unused] {
      try graph.addOutput(output)
    }
    try expectAgreement(Sample("outputs of all kinds", graph), on: set)
  }

  @Test func inputsSurviveARun() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([40]))
    var y = x
    for index in 0..<5 { y = try graph.add(.unary(Unary(.negate)), to: y, name: "\(index)") }
    try graph.addOutput(y)
    var session = Session(try Plan(graph))
    let input = [Float](repeating: 3, count: 40)
    try session.setInput(0, input.span)
    for _ in 0..<3 {
      session.run()
      var output = [Float](repeating: 0, count: 40)
      var span = output.mutableSpan
      try session.copyOutput(0, into: &span)
      #expect(output == [Float](repeating: -3, count: 40))
    }
  }

  @Test func chainsOfElementwiseOperatorsWorkInPlace() throws {
    var graph = Graph()
    var y = graph.addInput(name: "x", shape: try Shape([1024]))
    for index in 0..<20 { y = try graph.add(.unary(Unary(.tanh)), to: y, name: "\(index)") }
    try graph.addOutput(y)
    // The input, which stays, and one value.
    #expect(try Plan(graph).arenaByteCount == 2 * 4096)
  }

  @Test func valuesNotAliveTogetherShareMemory() throws {
    var graph = Graph()
    var y = graph.addInput(name: "x", shape: try Shape([32, 32]))
    for index in 0..<10 {
      y = try graph.add(.transpose(Transpose(permutation: [1, 0])), to: y, name: "\(index)")
    }
    try graph.addOutput(y)
    #expect(try Plan(graph).arenaByteCount == 3 * 4096)
  }

  @Test func equalWeightsArePackedOnce() throws {
    func plan(nodes: Int, half: Bool = false) throws -> Plan {
      var graph = Graph()
      var y = graph.addInput(name: "x", shape: try Shape([1, 64]))
      for index in 0..<nodes {
        // Every node makes its own tensor of the same numbers, as an unrolled loop in a file does.
        var w = Weights(seed: 5, half: half)
        y = try graph.add(
          .dense(Dense(weights: try w(64, 64), bias: try w(64))), to: y, name: "\(index)")
      }
      try graph.addOutput(y)
      return try Plan(graph)
    }
    let single = try plan(nodes: 1).weightByteCount
    #expect(try plan(nodes: 7).weightByteCount == single)
    #expect(single == 64 * 64 * 4 + 64 * 4)
    #expect(try plan(nodes: 7, half: true).weightByteCount == 64 * 64 * 2 + 64 * 4)
  }

  @Test func describesWhatItWillDo() throws {
    var w = Weights(seed: 5, half: false)
    var graph = Graph()
    let x = graph.addInput(name: "window", shape: try Shape([3, 4]))
    let y = try graph.add(.dense(Dense(weights: try w(5, 4), bias: nil)), to: x, name: "scores")
    try graph.addOutput(y)
    let plan = try Plan(graph, instructionSet: .scalar)
    #expect(plan.inputs.map(\.name) == ["window"])
    #expect(plan.inputs.map(\.shape.extents) == [[3, 4]])
    #expect(plan.outputs.map(\.name) == ["scores"])
    #expect(plan.outputs.map(\.shape.extents) == [[3, 5]])
    #expect(plan.operations.map(\.name) == ["scores"])
    #expect(plan.operations.map(\.kind) == ["Dense"])
    #expect(plan.operations.map(\.shape.extents) == [[3, 5]])
    #expect(plan.operations.map(\.multiplyAccumulates) == [60])
    #expect(plan.multiplyAccumulates == 60)
    #expect(plan.instructionSet == .scalar)
  }

  @Test(arguments: [ElementType.uint8, .int32, .int64, .bool, .float16])
  func refusesInputsThatAreNotNumbersItTakes(type: ElementType) throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([3]), elementType: type)
    try graph.addOutput(x)
    #expect(throws: PlanError.elementType(node: "x", role: "input", type)) { try Plan(graph) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func refusesIntegersWithoutScale(type: ElementType) throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([3]), elementType: type)
    try graph.addOutput(x)
    #expect(
      throws: PlanError.quantization(
        node: "x", role: "input", expected: "a scale and zero point", found: "none")
    ) { try Plan(graph) }
  }

  @Test func refusesIntegerWeightsAndOperandsByName() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([3]))
    let weights = Tensor(shape: try Shape([2, 3]), elements: .int16([1, 2, 3, 4, 5, 6]))
    let y = try graph.add(.dense(Dense(weights: weights, bias: nil)), to: x, name: "scores")
    try graph.addOutput(y)
    #expect(throws: PlanError.elementType(node: "scores", role: "weights", .int16)) {
      try Plan(graph)
    }

    var other = Graph()
    let a = other.addInput(name: "a", shape: try Shape([3]))
    let b = other.addConstant(
      name: "b", Tensor(shape: try Shape([3]), elements: .int32([1, 2, 3])))
    try other.addOutput(try other.add(.binary(Binary(.add)), to: [a, b], name: "sum"))
    #expect(throws: PlanError.elementType(node: "sum", role: "operand 'b'", .int32)) {
      try Plan(other)
    }

    var constant = Graph()
    let c = constant.addConstant(name: "c", Tensor(shape: .scalar, elements: .int64([1])))
    try constant.addOutput(c)
    #expect(throws: PlanError.elementType(node: "c", role: "output", .int64)) {
      try Plan(constant)
    }
  }

  @Test func refusesMoreThanAGigabyteOfActivations() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1 << 14]))
    let y = try graph.add(.tile(Tile(multiples: [1 << 14])), to: x, name: "huge")
    try graph.addOutput(y)
    let error = #expect(throws: PlanError.self) { try Plan(graph) }
    #expect(error == .tooLarge(node: "huge", memory: .activations))
    #expect("\(error!)".hasPrefix("'huge': expected at most 1073741824 bytes of activations"))
  }

  @Test func windowsOfNothingCostNothing() throws {
    // 2^48 taps without channels: neither a table of them nor a loop over them.
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 5, 0]))
    let weights = Tensor(shape: try Shape([2, 1, 1 << 24, 0]), floats: [])
    let y = try graph.add(
      .convolution(Convolution(weights: weights, bias: nil, padding: .same)), to: x, name: "y")
    try graph.addOutput(y)
    #expect(try run(graph, [[]], on: .scalar) == [[Float](repeating: 0, count: 10)])
  }

  @Test(arguments: InstructionSet.available)
  func notANumberStaysNotANumber(set: InstructionSet) throws {
    var w = Weights(seed: 9, half: false)
    let operations: [Operator] = [
      .dense(Dense(weights: try w(20, 6), bias: nil, activation: .relu)), .softmax(Softmax()),
      .unary(Unary(.relu)), .unary(Unary(.tanh)), .unary(Unary(.logistic)),
      .reduce(Reduce(kind: .maximum, axes: [2], keepsAxes: true)),
      .reduce(Reduce(kind: .minimum, axes: [1], keepsAxes: true)), .logSoftmax(LogSoftmax()),
      .unary(Unary(.exp)), .unary(Unary(.log)), .unary(Unary(.squareRoot)),
      .unary(Unary(.leakyReLU(slope: 0.1))), .unary(Unary(.elu)), .unary(Unary(.hardSwish)),
      .lstm(
        LSTM(
          inputWeights: try w(12, 6), recurrentWeights: try w(12, 3), bias: try w(12),
          cellClip: 1)),
    ]
    for operation in operations {
      var graph = Graph()
      let x = graph.addInput(name: "x", shape: try Shape([1, 2, 6]))
      try graph.addOutput(try graph.add(operation, to: x, name: operation.name))
      let input = [Float](repeating: .nan, count: 12)
      let output = try run(graph, [input], on: set)[0]
      #expect(!output.contains { !$0.isNaN }, "\(operation.name)")
    }
  }
}
