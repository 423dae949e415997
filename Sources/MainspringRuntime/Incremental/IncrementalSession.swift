// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// A plan for windows that follow each other, with the frames they share: what one thread runs
/// windows through.
///
/// Once a session exists, none of its methods allocates memory or takes a lock.
@safe public struct IncrementalSession: ~Copyable, @unchecked Sendable {
  /// The plan, kept alive: the addresses below point into it.
  public let plan: IncrementalPlan
  private var rest: Session
  private let memory: AlignedBlock
  private let scratch: AlignedBlock
  /// Where the rest takes what each window step gives.
  private let targets: TrivialList<TargetAddress>
  /// By cache: windows since it started over, or −1 for a cache that holds nothing.
  private let positions: TrivialList<Int>
  private var cache = 0

  private let values: UnsafeMutablePointer<FrameValue>
  private let valueCount: Int
  private let steps: UnsafeMutablePointer<FrameStep>
  private let stepCount: Int
  private let windowSteps: UnsafeMutablePointer<WindowStep>
  private let windowStepCount: Int
  private let inputPlace: PortPlace
  private let outputCount: Int
  private let isa: msk_isa
  private let cacheCount: Int
  private let cacheByteCount: Int
  private let windowsInCache: Int

  /// - Complexity: allocates ``IncrementalPlan/memoryByteCount`` bytes.
  public init(_ plan: IncrementalPlan) {
    self.plan = plan
    let rest = Session(plan.rest)
    memory = AlignedBlock(byteCount: plan.cacheByteCount * plan.cacheCount)
    scratch = AlignedBlock(byteCount: plan.scratchByteCount)
    var targets: [TargetAddress] = []
    for index in 0..<plan.windowSteps.count {
      let input = unsafe plan.windowSteps.base[index].input
      targets.append(unsafe TargetAddress(address: rest.address(ofInput: input)))
    }
    self.targets = TrivialList(targets)
    positions = TrivialList([Int](repeating: -1, count: plan.cacheCount))
    self.rest = rest
    unsafe values = plan.values.base
    valueCount = plan.values.count
    unsafe steps = plan.steps.base
    stepCount = plan.steps.count
    unsafe windowSteps = plan.windowSteps.base
    windowStepCount = plan.windowSteps.count
    inputPlace = plan.inputPlace
    outputCount = plan.outputs.count
    isa = plan.instructionSet.code
    cacheCount = plan.cacheCount
    cacheByteCount = plan.cacheByteCount
    windowsInCache = plan.windowsInCache
  }

  /// The next window has no window before it.
  @_noAllocation @_noLocks
  public mutating func restart() {
    for index in 0..<positions.count { unsafe positions.base[index] = -1 }
    cache = 0
  }

  /// Runs the model on the window that follows the one before by the plan's hop.
  ///
  /// - Parameters:
  ///   - window: all rows of the window; those it shares with the one before are not looked at.
  ///   - result: receives the first output's elements, row-major.
  /// - Throws: `RunError` when a length differs, or the model has more outputs; nothing has run
  ///   then.
  @_noAllocation @_noLocks
  public mutating func run(
    _ window: Span<Float>, into result: inout MutableSpan<Float>
  ) throws(RunError) {
    let count = inputPlace.elementCount
    guard window.count == count else {
      throw .inputLength(index: 0, expected: count, found: window.count)
    }
    guard outputCount == 1 else { throw .portCount(inputs: 1, outputs: outputCount) }
    _ = try rest.ports.output(0, count: result.count)
    compute(window)
    try rest.copyOutput(0, into: &result)
  }

  @_noAllocation @_noLocks
  private mutating func compute(_ window: Span<Float>) {
    let position = advance()
    let context = unsafe FrameContext(
      memory: memory.base + cache * cacheByteCount, values: values,
      window: max(position, 0), isa: isa)
    let isWhole = position < 0
    unsafe positions.base[cache] = max(position, 0)
    takeIn(window, context, isWhole: isWhole)
    for index in 0..<stepCount {
      let step = unsafe steps[index]
      if isWhole {
        step.runWhole(context)
      } else {
        unsafe step.runNew(context, scratch: scratch.base)
      }
    }
    let space = unsafe scratch.base.assumingMemoryBound(to: Float.self)
    for index in 0..<windowStepCount {
      let step = unsafe windowSteps[index]
      unsafe step.run(context, to: targets.base[index].address, scratch: space)
    }
    rest.run()
    cache = cache + 1 == cacheCount ? 0 : cache + 1
  }

  /// The window's place in its cache; −1 when there is nothing before it.
  @_noAllocation @_noLocks
  private mutating func advance() -> Int {
    let last = unsafe positions.base[cache]
    if last < 0 { return -1 }
    if last + 1 < windowsInCache { return last + 1 }
    // Starts over: what the next window shares moves to where the first one is.
    for index in 0..<valueCount {
      let value = unsafe values[index]
      let start = unsafe memory.base + (cache * cacheByteCount + value.start)
      let kept = max(value.count - value.hop, 0)
      unsafe FrameMove.copy(
        UnsafeRawPointer(start + (last + 1) * value.hop * value.frameByteCount), to: start,
        count: kept * value.frameByteCount)
    }
    return 0
  }

  /// Writes the window's new rows where the input's frames are.
  @_noAllocation @_noLocks
  private func takeIn(_ window: Span<Float>, _ context: FrameContext, isWhole: Bool) {
    let value = context.value(0)
    let channels = window.count / value.count
    let first = isWhole ? 0 : max(value.count - value.hop, 0)
    let (place, isa) = (inputPlace, context.isa)
    let target = unsafe context.frame(0, first)
    let count = (value.count - first) * channels
    unsafe window.withUnsafeBufferPointer { values in
      if let base = values.baseAddress {
        unsafe place.write(base + first * channels, count, to: target, isa)
      }
    }
  }
}

/// Where a step's result goes.
@safe struct TargetAddress: BitwiseCopyable { let address: UnsafeMutableRawPointer }
