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
