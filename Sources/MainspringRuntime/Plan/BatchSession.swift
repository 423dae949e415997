// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// A plan with working memory for several windows at once: what one thread runs archives through.
///
/// Windows share each pass over the recurrent and dense weights, or take turns in them, which takes
/// less time than one window after the other; each window has the bits that a ``Session`` gives it. Once it
/// exists, none of its methods allocates memory or takes a lock.
@safe public struct BatchSession: ~Copyable, @unchecked Sendable {
  /// The plan, kept alive: the addresses below point into it.
  public let plan: Plan
  /// Windows computed together.
  public let laneCount: Int
  private let arena: AlignedBlock
  private let contexts: TrivialList<Context>
  private let lanes: Lanes
  private let ports: PortTable

  /// - Parameter laneCount: windows computed together; with more than four nothing is gained.
  /// - Precondition: `laneCount` is at least 1.
  /// - Complexity: allocates `laneCount` times ``Plan/arenaByteCount`` bytes.
  public init(_ plan: Plan, laneCount: Int = 4) {
    precondition(laneCount >= 1, "a batch has lanes")
    self.plan = plan
    self.laneCount = laneCount
    ports = PortTable(plan)
    // An odd number of cache lines, so that lanes do not meet in the same sets of the cache.
    let stride = (plan.arenaByteCount / AlignedBlock.alignment | 1) * (AlignedBlock.alignment / 4)
    arena = AlignedBlock(byteCount: laneCount * stride * 4)
    var contexts: [Context] = []
    for lane in 0..<laneCount {
      unsafe contexts.append(
        Context(
          arena: arena.base.assumingMemoryBound(to: Float.self) + lane * stride,
          weights: plan.weights.base.assumingMemoryBound(to: Float.self),
          isa: plan.instructionSet.code))
    }
    self.contexts = TrivialList(contexts)
    unsafe lanes = Lanes(
      contexts: self.contexts.base, count: laneCount, stride: stride, steps: plan.steps.base,
      slots: plan.slots.base, stepCount: plan.steps.count)
  }

  /// Runs any number of windows of a model with one input and one output.
  ///
  /// - Parameters:
  ///   - windows: the input's elements of one window after the other, row-major.
  ///   - results: receives the output's elements of one window after the other.
  /// - Throws: `RunError` when the model has other inputs or outputs, or the lengths are not those of
  ///   as many windows; nothing has run then.
  @_noAllocation @_noLocks
  public mutating func runBatch(
    _ windows: Span<Float>, into results: inout MutableSpan<Float>
  ) throws(RunError) {
    let lanes = lanes
    let (input, output) = try ports.single()
    let (size, resultSize) = (input.elementCount, output.elementCount)
    // Windows of no elements are counted by their results.
    let count = size > 0 ? windows.count / size : results.count / max(resultSize, 1)
    guard windows.count == count * size else {
      throw .inputLength(index: 0, expected: (count + 1) * size, found: windows.count)
    }
    guard results.count == count * resultSize else {
      throw .outputLength(index: 0, expected: count * resultSize, found: results.count)
    }
    var first = 0
    while first < count {
      let window = first
      let used = min(laneCount, count - first)
      unsafe windows.withUnsafeBufferPointer { windows in
        guard let from = windows.baseAddress else { return }
        for lane in 0..<used {
          unsafe input.set(lanes.contexts[lane], from + (window + lane) * size, size)
        }
      }
      lanes.run(used)
      unsafe results.withUnsafeMutableBufferPointer { results in
        guard let to = results.baseAddress else { return }
        for lane in 0..<used {
          unsafe output.copy(lanes.contexts[lane], to + (window + lane) * resultSize, resultSize)
        }
      }
      first += used
    }
  }

  /// Copies the elements of one input of a lane's window in; see ``Session/setInput(_:_:)``.
  ///
  /// - Precondition: `lane` is below ``laneCount``.
  /// - Throws: `RunError` when there is no such input or the length differs.
  @_noAllocation @_noLocks
  public mutating func setInput(
    _ index: Int, _ values: Span<Float>, lane: Int
  ) throws(RunError) {
    try ports.set(index, values, in: lanes.context(lane))
  }

  /// Computes the windows of the first lanes.
  ///
  /// - Precondition: `count` is at most ``laneCount``.
  @_noAllocation @_noLocks
  public mutating func run(lanes count: Int) {
    precondition(count >= 0 && count <= laneCount, "lanes of the batch")
    if count > 0 { lanes.run(count) }
  }

  /// Copies the elements of one output of a lane's window out.
  ///
  /// - Precondition: `lane` is below ``laneCount``.
  /// - Throws: `RunError` when there is no such output or the length differs.
  @_noAllocation @_noLocks
  public func copyOutput(
    _ index: Int, into result: inout MutableSpan<Float>, lane: Int
  ) throws(RunError) {
    try ports.copy(index, into: &result, of: lanes.context(lane))
  }
}

/// Working memories that lie a stride of floats apart, and what runs in them.
@safe private struct Lanes: BitwiseCopyable {
  let contexts: UnsafeMutablePointer<Context>
  let count: Int
  let stride: Int
  let steps: UnsafeMutablePointer<Step>
  let slots: UnsafeMutablePointer<StepSlot>
  let stepCount: Int

  @_noAllocation @_noLocks
  func context(_ lane: Int) -> Context {
    precondition(lane >= 0 && lane < count, "a lane of the batch")
    return unsafe contexts[lane]
  }

  /// Steps that share weights run once for all lanes; those between them lane by lane, so that what
  /// one step leaves is in the nearest cache for the next.
  @_noAllocation @_noLocks
  func run(_ count: Int) {
    let batch = msk_batch(count: count, stride: stride)
    var first = 0
    while first < stepCount {
      if unsafe steps[first].run(contexts[0], batch) {
        first += 1
        continue
      }
      var end = first + 1
      while end < stepCount, unsafe !steps[end].sharesWeights { end += 1 }
      for lane in 0..<count {
        for step in first..<end { unsafe StepSlot.run(slots + step, contexts[lane]) }
      }
      first = end
    }
  }
}

extension Step {
  /// Whether one call computes several windows.
  var sharesWeights: Bool {
    @_noAllocation @_noLocks get {
      switch self {
      case .lstm, .integerLSTM, .hybridLSTM: true
      case .rowProduct(let step): !step.x.isConstant
      case .integerProduct(let step): step.sharesWeights
      case .hybridProduct(let step): step.sharesWeights
      default: false
      }
    }
  }

  /// Computes several windows where one call does; otherwise does nothing and says so.
  @_noAllocation @_noLocks
  func run(_ context: Context, _ batch: msk_batch) -> Bool {
    guard sharesWeights else { return false }
    switch self {
    case .lstm(let step): step.run(context, batch)
    case .integerLSTM(let step): step.run(context, batch)
    case .hybridLSTM(let step): step.run(context, batch)
    case .rowProduct(let step): step.run(context, batch)
    case .integerProduct(let step): step.run(context, batch)
    case .hybridProduct(let step): step.run(context, batch)
    default: return false
    }
    return true
  }
}
