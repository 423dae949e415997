// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// A plan with working memory for several windows at once: what one thread runs archives through.
///
/// Windows share each pass over the recurrent and dense float weights, which takes less time than
/// one window after the other; each window has the bits that a ``Session`` gives it. Once it
/// exists, none of its methods allocates memory or takes a lock.
@safe public struct BatchSession: ~Copyable, @unchecked Sendable {
  /// Windows computed together.
  public static let laneCount: Int = 4

  /// The plan, kept alive: the addresses below point into it.
  public let plan: Plan
  private let arena: AlignedBlock
  private let contexts: TrivialList<Context>
  private let lanes: Lanes

  /// - Throws: `RunError` when the model has other than one input and one output.
  /// - Complexity: allocates ``laneCount`` times ``Plan/arenaByteCount`` bytes.
  public init(_ plan: Plan) throws(RunError) {
    guard plan.inputPlaces.count == 1, plan.outputPlaces.count == 1 else {
      throw .portCount(inputs: plan.inputPlaces.count, outputs: plan.outputPlaces.count)
    }
    self.plan = plan
    // An odd number of cache lines, so that lanes do not meet in the same sets of the cache.
    let stride = (plan.arenaByteCount / AlignedBlock.alignment | 1) * (AlignedBlock.alignment / 4)
    arena = AlignedBlock(byteCount: BatchSession.laneCount * stride * 4)
    var contexts: [Context] = []
    for lane in 0..<BatchSession.laneCount {
      unsafe contexts.append(
        Context(
          arena: arena.base.assumingMemoryBound(to: Float.self) + lane * stride,
          weights: plan.weights.base.assumingMemoryBound(to: Float.self),
          isa: plan.instructionSet.code))
    }
    self.contexts = TrivialList(contexts)
    unsafe lanes = Lanes(
      contexts: self.contexts.base, stride: stride, steps: plan.steps.base,
      stepCount: plan.steps.count, input: plan.inputPlaces.base[0],
      output: plan.outputPlaces.base[0])
  }

  /// Runs any number of windows.
  ///
  /// - Parameters:
  ///   - windows: the input's elements of one window after the other, row-major.
  ///   - results: receives the output's elements of one window after the other.
  /// - Throws: `RunError` when the lengths are not those of as many windows; nothing has run then.
  @_noAllocation @_noLocks
  public mutating func runBatch(
    _ windows: Span<Float>, into results: inout MutableSpan<Float>
  ) throws(RunError) {
    let lanes = lanes
    let (size, resultSize) = (lanes.input.elementCount, lanes.output.elementCount)
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
      let laneCount = min(BatchSession.laneCount, count - first)
      unsafe windows.withUnsafeBufferPointer { windows in
        if let from = windows.baseAddress { unsafe lanes.take(from + window * size, laneCount) }
      }
      lanes.run(laneCount)
      unsafe results.withUnsafeMutableBufferPointer { results in
        if let to = results.baseAddress { unsafe lanes.give(to + window * resultSize, laneCount) }
      }
      first += laneCount
    }
  }
}

/// Working memories that lie a stride of floats apart, and what runs in them.
@safe private struct Lanes: BitwiseCopyable {
  let contexts: UnsafeMutablePointer<Context>
  let stride: Int
  let steps: UnsafeMutablePointer<Step>
  let stepCount: Int
  let input: PortPlace
  let output: PortPlace

  /// Copies windows in.
  @_noAllocation @_noLocks
  func take(_ windows: UnsafePointer<Float>, _ count: Int) {
    for lane in 0..<count {
      unsafe input.set(
        contexts[lane], windows + lane * input.elementCount, input.elementCount)
    }
  }

  /// Copies results out.
  @_noAllocation @_noLocks
  func give(_ results: UnsafeMutablePointer<Float>, _ count: Int) {
    for lane in 0..<count {
      unsafe output.copy(
        contexts[lane], results + lane * output.elementCount, output.elementCount)
    }
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
        for step in first..<end { unsafe steps[step].run(contexts[lane]) }
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
      case .lstm: true
      case .rowProduct(let step): !step.x.isConstant
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
    case .rowProduct(let step): step.run(context, batch)
    default: return false
    }
    return true
  }
}
