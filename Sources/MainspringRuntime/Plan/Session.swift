// SPDX-License-Identifier: Apache-2.0

/// A plan with working memory: what one thread runs windows through.
///
/// Windows are independent of each other: recurrent layers start from zero in every run. Once a
/// session exists, none of its methods allocates memory or takes a lock.
@safe public struct Session: ~Copyable, @unchecked Sendable {
  /// The plan, kept alive: the addresses below point into it.
  public let plan: Plan
  private let arena: AlignedBlock
  private let context: Context
  private let steps: UnsafeMutablePointer<Step>
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
    unsafe steps = plan.steps.base
    stepCount = plan.steps.count
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

  /// Copies the elements of one input in; they stay until they are set again.
  ///
  /// - Throws: `RunError` when there is no such input or the length differs.
  @_noAllocation @_noLocks
  public mutating func setInput(_ index: Int, _ values: Span<Float>) throws(RunError) {
    guard index >= 0, index < inputCount else { throw .noInput(index: index, count: inputCount) }
    let place = unsafe inputs[index]
    guard values.count == place.elementCount else {
      throw .inputLength(index: index, expected: place.elementCount, found: values.count)
    }
    let target = unsafe context.result(place.operand.word)
    for position in values.indices { unsafe target[position] = values[unchecked: position] }
  }

  /// Computes all outputs from the inputs set before; inputs never set are zero.
  @_noAllocation @_noLocks
  public mutating func run() {
    for index in 0..<stepCount { unsafe steps[index].run(context) }
  }

  /// Copies the elements of one output of the last run out.
  ///
  /// - Throws: `RunError` when there is no such output or the length differs.
  @_noAllocation @_noLocks
  public func copyOutput(
    _ index: Int, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    try checkOutput(index, length: result.count)
    let source = unsafe context.operand(outputs[index].operand)
    for position in result.indices { unsafe result[unchecked: position] = source[position] }
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
}
