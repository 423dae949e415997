// SPDX-License-Identifier: Apache-2.0

/// A plan with working memory: what one thread runs windows through.
///
/// Windows are independent of each other: recurrent layers start from zero in every run. Once a
/// session exists, none of its methods allocates memory or takes a lock.
@safe public struct Session: ~Copyable, @unchecked Sendable {
  /// The plan, kept alive: the addresses below point into it.
  public let plan: Plan
  private let arena: AlignedBlock
  let context: Context
  private let slots: UnsafeMutablePointer<StepSlot>
  private let stepCount: Int
  private let inputs: UnsafeMutablePointer<PortPlace>
  private let inputCount: Int
  private let outputs: UnsafeMutablePointer<PortPlace>
  private let outputCount: Int

  /// - Complexity: allocates ``Plan/arenaByteCount`` bytes.
  public init(_ plan: Plan) {
    self.plan = plan
    arena = AlignedBlock(byteCount: plan.arenaByteCount)
    unsafe context = Context(
      arena: arena.base.assumingMemoryBound(to: Float.self),
      weights: plan.weights.base.assumingMemoryBound(to: Float.self),
      isa: plan.instructionSet.code)
    unsafe slots = plan.slots.base
    stepCount = plan.slots.count
    unsafe inputs = plan.inputPlaces.base
    inputCount = plan.inputPlaces.count
    unsafe outputs = plan.outputPlaces.base
    outputCount = plan.outputPlaces.count
  }

  /// Runs a model with one input and one output on one window.
  ///
  /// - Parameters:
  ///   - window: the input's elements, row-major.
  ///   - result: receives the output's elements, row-major.
  /// - Throws: `RunError` when a length differs, or the model has other inputs or outputs; nothing
  ///   has run then.
  @_noAllocation @_noLocks
  public mutating func run(
    _ window: Span<Float>, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    guard inputCount == 1, outputCount == 1 else {
      throw .portCount(inputs: inputCount, outputs: outputCount)
    }
    try checkOutput(0, length: result.count)
    try setInput(0, window)
    run()
    try copyOutput(0, into: &result)
  }

  /// Copies the elements of one input in; they stay until they are set again. Integers are the
  /// nearest to the floats, saturated; not-a-number becomes the zero point.
  ///
  /// - Throws: `RunError` when there is no such input or the length differs.
  @_noAllocation @_noLocks
  public mutating func setInput(_ index: Int, _ values: Span<Float>) throws(RunError) {
    guard index >= 0, index < inputCount else { throw .noInput(index: index, count: inputCount) }
    let place = unsafe inputs[index]
    guard values.count == place.elementCount else {
      throw .inputLength(index: index, expected: place.elementCount, found: values.count)
    }
    let context = context
    unsafe values.withUnsafeBufferPointer { values in
      if let from = values.baseAddress { unsafe place.set(context, from, values.count) }
    }
  }

  /// Computes all outputs from the inputs set before; inputs never set are zero, which for an
  /// input of integers is the integer 0.
  @_noAllocation @_noLocks
  public mutating func run() {
    for index in 0..<stepCount { unsafe StepSlot.run(slots + index, context) }
  }

  /// Computes some of the steps, for tools that look into a run: all of them in order are a run.
  @_noAllocation @_noLocks
  package mutating func run(steps range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= stepCount, "steps of the plan")
    for index in range { unsafe StepSlot.run(slots + index, context) }
  }

  /// Copies the elements of one output of the last run out.
  ///
  /// - Throws: `RunError` when there is no such output or the length differs.
  @_noAllocation @_noLocks
  public func copyOutput(
    _ index: Int, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    try checkOutput(index, length: result.count)
    let (place, context) = unsafe (outputs[index], context)
    unsafe result.withUnsafeMutableBufferPointer { result in
      if let to = result.baseAddress { unsafe place.copy(context, to, result.count) }
    }
  }

  @_noAllocation @_noLocks
  private func checkOutput(_ index: Int, length: Int) throws(RunError) {
    guard index >= 0, index < outputCount else {
      throw .noOutput(index: index, count: outputCount)
    }
    let expected = unsafe outputs[index].elementCount
    guard length == expected else {
      throw .outputLength(index: index, expected: expected, found: length)
    }
  }

  /// The place of an input for as many elements of a type.
  @_noAllocation @_noLocks
  func input(
    _ index: Int, _ elements: PortPlace.Elements, count: Int
  ) throws(RunError) -> UnsafeMutableRawPointer {
    guard index >= 0, index < inputCount else { throw .noInput(index: index, count: inputCount) }
    let place = unsafe inputs[index]
    guard place.elements.isSame(as: elements) else {
      throw .portType(index: index, expected: place.elements.type)
    }
    guard count == place.elementCount else {
      throw .inputLength(index: index, expected: place.elementCount, found: count)
    }
    return unsafe context.rawResult(place.operand.word)
  }

  /// The place of an output of as many elements of a type.
  @_noAllocation @_noLocks
  func output(
    _ index: Int, _ elements: PortPlace.Elements, count: Int
  ) throws(RunError) -> UnsafeRawPointer {
    guard index >= 0, index < outputCount else {
      throw .noOutput(index: index, count: outputCount)
    }
    let place = unsafe outputs[index]
    guard place.elements.isSame(as: elements) else {
      throw .portType(index: index, expected: place.elements.type)
    }
    try checkOutput(index, length: count)
    return unsafe context.rawOperand(place.operand)
  }
}
