// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringRuntime

/// From raw samples to decisions: alignment, windows, a model and its decision rules.
///
/// ```swift
/// var stream = try Stream(model: model, hop: 10)
/// try stream.push(sample, at: nanoseconds) { decision in … }
/// ```
///
/// A stream knows no files, sockets or clocks: the same samples in the same order give the same
/// decisions, whenever they come. Windows across a gap give no decision. Once a stream exists, none
/// of its methods allocates memory or takes a lock.
public struct Stream: ~Copyable {
  public let plan: WindowPlan
  public let classCount: Int
  /// Rows of a window.
  public let windowLength: Int
  private var aligner: SampleAligner
  private var rows: RowRing
  private var clock: WindowClock
  private var engine: WindowEngine
  private var decider: Decider
  private let distance: WindowDistance
  private var output: FloatBlock
  private var probabilityBlock: FloatBlock
  private var jumps: UInt64 = 0

  /// The decision ``advance()`` gave last.
  public private(set) var decision: Decision = Decision(
    time: 0, window: 0, label: nil, best: 0, probability: 0, distance: 0, event: nil)
  /// Windows that were computed.
  public private(set) var windowCount: UInt64 = 0

  /// - Parameters:
  ///   - alignment: how samples come to be rows of the model's grid; nil for samples of all
  ///     channels at the rate of the model's contract.
  ///   - rules: nil for those of the model's contract; without any, a threshold of one half and no
  ///     average.
  ///   - isScaled: samples are scaled; otherwise they are raw, and scaled by what the model's
  ///     contract says.
  /// - Throws: ``StreamError`` when options are out of range, or the model is none of one input
  ///   `[1, time, channels]` and one output of a value for each class.
  /// - Complexity: allocates everything the stream ever needs.
  public init(
    _ plan: WindowPlan, _ alignment: AlignmentOptions? = nil, rules: DecisionRules? = nil,
    isScaled: Bool = false
  ) throws(StreamError) {
    let sizes = try Stream.sizes(of: plan.plan)
    let contract = plan.plan.contract
    let alignment = try Stream.alignment(alignment, contract, channelCount: sizes.channels)
    guard alignment.channelCount == sizes.channels else { throw .options(.channels) }
    let rules = rules ?? contract?.rules ?? DecisionRules(classCount: sizes.classes)
    let decider = try Decider(
      rules, classCount: sizes.classes, channelCount: sizes.channels)
    guard plan.mode != .stateful || plan.hop == sizes.time else { throw .options(.hop) }
    let scaler = isScaled ? nil : contract?.scaler
    if let count = scaler?.means.count, count != 1, count != sizes.channels {
      throw .options(.channels)
    }
    let aligner = try SampleAligner(alignment)
    let engine = WindowEngine(plan)
    self.plan = plan
    classCount = sizes.classes
    windowLength = sizes.time
    self.aligner = aligner
    rows = RowRing(rowCount: sizes.time, channelCount: sizes.channels, scaler: scaler)
    clock = WindowClock(rowCount: sizes.time, hop: plan.hop)
    self.engine = engine
    self.decider = decider
    distance = WindowDistance(rules.known)
    output = FloatBlock(count: plan.plan.outputs[0].shape.elementCount)
    probabilityBlock = FloatBlock(count: sizes.classes)
  }

  /// - Throws: ``StreamError`` when the model does not say how many rows a second it takes.
  private static func alignment(
    _ given: AlignmentOptions?, _ contract: ModelContract?, channelCount: Int
  ) throws(StreamError) -> AlignmentOptions {
    if let given { return given }
    guard let rate = contract?.sampleRate else { throw .options(.modelRate) }
    return AlignmentOptions(rate: rate, channelCount: channelCount)
  }

  /// Rows and channels of the window, and classes: two for a single probability.
  private static func sizes(
    of plan: Plan
  ) throws(StreamError) -> (time: Int, channels: Int, classes: Int) {
    let refusal = StreamError.model(inputs: plan.inputs.count, outputs: plan.outputs.count)
    guard plan.inputs.count == 1, plan.outputs.count == 1 else { throw refusal }
    let (input, output) = (plan.inputs[0].shape, plan.outputs[0].shape)
    guard input.rank >= 3, input[0] == 1, input.elementCount > 0, output.elementCount > 0,
      output.channels == output.elementCount
    else { throw refusal }
    // [1, time, channels], with axes of extent 1 anywhere between.
    let extents = input.extents.dropFirst().dropLast().filter { $0 > 1 }
    guard extents.count <= 1 else { throw refusal }
    return (extents.first ?? 1, input.channels, max(output.elementCount, 2))
  }
}

extension Stream {
  /// Takes a sample in; decisions follow by ``advance()``, which must be called before the next one.
  ///
  /// - Parameters:
  ///   - values: one for each channel of the sensor.
  ///   - sensor: whose sample it is.
  ///   - time: nanoseconds on the sensor's clock.
  /// - Throws: ``StreamError`` when there is no such sensor, the number of values differs, or the
  ///   sensor's rate is off by more than a fifth.
  @_noAllocation @_noLocks
  public mutating func insert(
    _ values: Span<Float>, from sensor: Int = 0, at time: Int64
  ) throws(StreamError) {
    try aligner.insert(sensor: sensor, time: time, values: values)
    if aligner.clockJumpCount != jumps {
      jumps = aligner.clockJumpCount
      decider.forgetEvents()
    }
  }

  /// Works on until there is a decision.
  ///
  /// - Returns: whether there is one, in ``decision`` and ``probabilities``; false when more samples
  ///   are needed.
  @_noAllocation @_noLocks
  public mutating func advance() throws(StreamError) -> Bool {
    while aligner.nextRow() {
      if aligner.rowStartsGrid {
        rows.removeAll()
        clock.restart()
        decider.restart()
        engine.restart()
      }
      rows.append(aligner.row)
      guard clock.tick() else { continue }
      try computeWindow()
      return true
    }
    return false
  }

  @_noAllocation @_noLocks
  private mutating func computeWindow() throws(StreamError) {
    do throws(RunError) {
      try engine.run(rows, into: &output)
    } catch {
      throw .run(error)
    }
    if output.count == 1 {
      probabilityBlock[0] = 1 - output[0]
      probabilityBlock[1] = output[0]
    } else {
      for label in 0..<classCount { probabilityBlock[label] = output[label] }
    }
    decision = decider.decide(
      probabilityBlock, time: aligner.rowTime,
      window: clock.windowCount - 1, distance: distance.measure(rows))
    windowCount += 1
  }

  /// Takes a sample in and hands out the decisions that follow from it.
  ///
  /// - Throws: ``StreamError`` as ``insert(_:from:at:)`` does.
  public mutating func push(
    _ values: Span<Float>, from sensor: Int = 0, at time: Int64,
    _ body: (Decision) -> Void
  ) throws(StreamError) {
    try insert(values, from: sensor, at: time)
    while try advance() { body(decision) }
  }

  /// Says that no more samples come; what still waited for late ones is handed out.
  public mutating func finish(_ body: (Decision) -> Void) throws(StreamError) {
    end()
    while try advance() { body(decision) }
    restart()
  }

  /// Says that no more samples come: ``advance()`` waits for late ones no more.
  @_noAllocation @_noLocks
  public mutating func end() { aligner.end() }

  /// Forgets everything but what was counted; another recording may follow.
  @_noAllocation @_noLocks
  public mutating func restart() {
    aligner.restart()
    decider.forgetEvents()
  }
}

/// What a stream tells about itself.
extension Stream {
  /// The probabilities of the window of ``decision``, before any averaging, `[classes]`.
  public var probabilities: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { probabilityBlock.span(0..<classCount) }
  }

  /// The output of the model for that window, as it is.
  public var modelOutput: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { output.span(0..<output.count) }
  }

  /// The moving average of the probabilities, `[classes]`.
  public var average: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { decider.average }
  }

  /// The window of ``decision``, `[time × channels]`, as the model saw it.
  public var window: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { rows.window }
  }

  /// What became of every sample so far.
  public var counts: SampleCounts { aligner.counts }
  /// Gaps that windows were not laid across.
  public var gapCount: UInt64 { aligner.gapCount }
  /// How often a clock was set back.
  public var clockJumpCount: UInt64 { aligner.clockJumpCount }
  /// Rows of the grid so far.
  public var rowCount: UInt64 { aligner.rowCount }
  public var sensorCount: Int { aligner.sensorCount }
  /// Whether windows share what they have in common.
  public var isIncremental: Bool { engine.mode == .incremental }

  /// The promised and the measured rate of a sensor.
  ///
  /// - Precondition: there is such a sensor.
  public func rate(of sensor: Int) -> SensorRate { aligner.rate(of: sensor) }
}
