// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import Testing
import _MainspringTestSupport

/// The raw outputs of a session for raw inputs; floats where ports are floats.
func runRaw(_ session: inout Session, _ inputs: [[Double]]) throws -> [[Double]] {
  let plan = session.plan
  for (index, input) in inputs.enumerated() {
    switch plan.inputs[index].type.elementType {
    case .int8:
      let values = input.map { Int8($0) }
      try session.setRawInput(index, values.span)
    case .int16:
      let values = input.map { Int16($0) }
      try session.setRawInput(index, values.span)
    default:
      let values = input.map { Float($0) }
      try session.setInput(index, values.span)
    }
  }
  session.run()
  return try plan.outputs.indices.map { index in
    let count = plan.outputs[index].shape.elementCount
    switch plan.outputs[index].type.elementType {
    case .int8:
      var values = [Int8](repeating: 0, count: count)
      var span = values.mutableSpan
      try session.copyRawOutput(index, into: &span)
      return values.map(Double.init)
    case .int16:
      var values = [Int16](repeating: 0, count: count)
      var span = values.mutableSpan
      try session.copyRawOutput(index, into: &span)
      return values.map(Double.init)
    default:
      var values = [Float](repeating: 0, count: count)
      var span = values.mutableSpan
      try session.copyOutput(index, into: &span)
      return values.map(Double.init)
    }
  }
}

/// Expects every element to be the reference's, on every instruction set.
func expectExact(
  _ sample: IntegerSample, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for set in InstructionSet.available {
    var session = Session(try Plan(sample.graph, instructionSet: set))
    for seed in [2, 1, 4] as [UInt64] {
      let inputs = sample.inputs(seed: seed)
      let expected = IntegerReference.run(sample.graph, inputs)
      let found = try runRaw(&session, inputs)
      #expect(
        found == expected, "\(sample.name) on \(set), seed \(seed)",
        sourceLocation: sourceLocation)
    }
  }
}

/// Every operator on integers, through plan and session, against the reference: no element may
/// differ.
@Suite struct IntegerOperatorTests {
  @Test(arguments: [ElementType.int8, .int16])
  func productsAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.products(element) { try expectExact(sample) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func transposedConvolutionsAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.transposedConvolutions(element) { try expectExact(sample) }
  }

  @Test func lstmsAreExact() throws {
    for sample in try IntegerSamples.lstms() { try expectExact(sample) }
  }

  /// As TensorFlow Lite's `CheckedLog2` has it.
  @Test(arguments: [Unary.Function.tanh, .logistic])
  func scalesNextToAPowerOfTwoCountAsOne(function: Unary.Function) throws {
    let raw = stride(from: -32768, to: 32768, by: 37).map { Double($0) }
    let run = { (scale: Float) in
      let sample = try IntegerMaker(seed: 1).sample(
        "", .unary(Unary(function)), [([raw.count], .int16(scale: scale))],
        result: .int16(scale: 1 / 32768))
      var session = Session(try Plan(sample.graph))
      return try runRaw(&session, [raw])
    }
    let exact = try run(0x1p-12)
    for scale in [1.0005, 0.9995, 1.00069, 0.99931] as [Float] {
      #expect(try run(0x1p-12 * scale) == exact, "\(scale)")
    }
    for scale in [1.0008, 0.9992] as [Float] {
      #expect(try run(0x1p-12 * scale) != exact, "\(scale)")
    }
  }

  @Test func recurrencesAreExact() throws {
    for sample in try IntegerSamples.recurrences(.int8) { try expectExact(sample) }
  }

  /// Of 16 bits the reference knows functions to a step only; what operators one by one give is
  /// compared where layers are quantized.
  @Test(arguments: InstructionSet.available)
  func recurrencesOfSixteenBitsAreTheSameEverywhere(set: InstructionSet) throws {
    for sample in try IntegerSamples.recurrences(.int16) {
      var session = Session(try Plan(sample.graph, instructionSet: set))
      var scalar = Session(try Plan(sample.graph, instructionSet: .scalar))
      for seed in [2, 1] as [UInt64] {
        let inputs = sample.inputs(seed: seed)
        let found = try runRaw(&session, inputs)
        #expect(try found == runRaw(&scalar, inputs), "\(sample.name), seed \(seed)")
      }
    }
  }

  @Test func recurrencesNeedTheScalesOfTheirSteps() throws {
    let sample = try IntegerSamples.recurrences(.int8)[3]
    guard case .gru(var gru) = sample.graph.nodes[0].operation else {
      Issue.record("no GRU")
      return
    }
    for change in 0..<4 {
      var step = gru.integerStep
      switch change {
      case 0: step = nil
      case 1: step?.values.removeLast()
      case 2: step?.values[1] = .int16(scale: 0.01)
      default: step?.state = .int8(scale: 0.5, zeroPoint: 1)
      }
      var changed = gru
      changed.integerStep = step
      var graph = Graph()
      let input = sample.graph.values[sample.graph.inputs[0]]
      let x = graph.addInput(
        name: "x", shape: input.shape, elementType: .int8, quantization: input.quantization)
      try graph.addOutput(
        try graph.add(.gru(changed), to: x, name: "y", type: gru.integerStep?.state))
      #expect(throws: PlanError.self, "\(change)") { try Plan(graph) }
    }
    gru.activation = .relu
    #expect(throws: GraphError.self) { try RecurrentCell.gru(gru).stepGraph() }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func poolsAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.pools(element) { try expectExact(sample) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func functionsOfOneIntegerAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.unaries(element) { try expectExact(sample) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func functionsOfTwoIntegersAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.binaries(element) { try expectExact(sample) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func rowsAndMatricesAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.rows(element) { try expectExact(sample) }
  }

  @Test(arguments: [ElementType.int8, .int16])
  func movementsAreExact(element: ElementType) throws {
    for sample in try IntegerSamples.movements(element) { try expectExact(sample) }
  }

  @Test func quantizationsAreExact() throws {
    for sample in try IntegerSamples.quantizations() { try expectExact(sample) }
  }
}
