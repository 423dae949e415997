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
  let ports: PortTable

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
    ports = PortTable(plan)
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
    _ = try ports.single()
    _ = try ports.output(0, count: result.count)
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
    try ports.set(index, values, in: context)
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
    try ports.copy(index, into: &result, of: context)
  }
}
