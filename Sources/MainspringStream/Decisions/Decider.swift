// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// From the probabilities of one window after the other to decisions and events.
///
/// A class is convincing while it is the most likely one by the moving average and reaches its
/// threshold. Once it has been so for the shortest duration there is one event; the next one of that
/// class needs the average to have fallen below a share of the threshold, and the refractory time to
/// be over. Nothing here allocates or locks.
public struct Decider: ~Copyable {
  public let classCount: Int
  private let smoothing: Int
  private let minimumDuration: Int64
  private let refractory: Int64
  private let rearm: Float
  private let distanceLimit: Float
  private let classes: ClassTable
  /// The last probabilities, `[smoothing × classes]`.
  private let history: FloatBlock
  private let averages: FloatBlock
  private var next = 0
  private var filled = 0

  /// - Throws: ``StreamError/options(_:)``.
  public init(_ rules: DecisionRules, classCount: Int) throws(StreamError) {
    try self.init(
      rules, classCount: classCount, channelCount: (rules.known?.center.count ?? 0) / 2)
  }

  /// - Parameter channelCount: channels of the windows that distances are measured of.
  init(_ rules: DecisionRules, classCount: Int, channelCount: Int) throws(StreamError) {
    try rules.check(classCount: classCount, channelCount: channelCount)
    self.classCount = classCount
    smoothing = rules.smoothing
    minimumDuration = rules.minimumDuration
    refractory = rules.refractory
    rearm = rules.rearm
    distanceLimit = rules.known?.limit ?? .infinity
    classes = ClassTable(rules)
    history = FloatBlock(count: rules.smoothing * classCount)
    averages = FloatBlock(count: classCount)
  }

  /// The moving average after the last window, `[classes]`.
  public var average: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { averages.span(0..<classCount) }
  }

  /// Forgets what came before, except when the last event of each class was.
  @_noAllocation @_noLocks
  public mutating func restart() {
    (next, filled) = (0, 0)
    for label in 0..<classCount {
      var state = classes[label]
      state.isConvincing = false
      classes[label] = state
    }
  }

  /// Forgets everything: times start anew.
  @_noAllocation @_noLocks
  public mutating func forgetEvents() {
    restart()
    for label in 0..<classCount {
      var state = classes[label]
      (state.isArmed, state.last) = (true, .min)
      classes[label] = state
    }
  }

  /// Decides about the next window.
  ///
  /// - Parameters:
  ///   - probabilities: one for each class; not-a-number counts as 0.
  ///   - time: of the window's last row.
  ///   - window: its number since the grid started.
  ///   - distance: from the windows the model knows.
  /// - Precondition: there is a probability for each class.
  @_noAllocation @_noLocks
  public mutating func decide(
    _ probabilities: Span<Float>, time: Int64, window: Int64, distance: Float
  ) -> Decision {
    let count = probabilities.count
    precondition(count == classCount, "a probability for each class")
    let best = takeIn(probabilities)
    let probability = averages[best]
    let isKnown = distance <= distanceLimit
    let isConvincing = isKnown && probability >= classes[best].threshold
    var decision = Decision(
      time: time, window: window, label: isConvincing ? best : nil, best: best,
      probability: probability, distance: distance, event: nil)
    for label in 0..<classCount {
      if let start = update(label, isConvincing: isConvincing && label == best, time) {
        decision.event = Event(label: label, start: start, time: time, probability: probability)
      }
    }
    return decision
  }

  /// The same with probabilities of the stream's own.
  @_noAllocation @_noLocks
  mutating func decide(
    _ probabilities: borrowing FloatBlock, time: Int64, window: Int64, distance: Float
  ) -> Decision {
    unsafe decide(
      probabilities.buffer(0..<classCount).span, time: time, window: window, distance: distance)
  }

  /// - Returns: the most likely class.
  @_noAllocation @_noLocks
  private mutating func takeIn(_ probabilities: Span<Float>) -> Int {
    for label in 0..<classCount {
      let value = probabilities[label]
      history[next * classCount + label] = value.isNaN ? 0 : value
    }
    next = next + 1 == smoothing ? 0 : next + 1
    filled = min(filled + 1, smoothing)
    var best = 0
    for label in 0..<classCount {
      var sum: Float = 0
      // From the oldest on, so that a sum does not depend on where the history begins.
      var place = next >= filled ? next - filled : next - filled + smoothing
      for _ in 0..<filled {
        sum += history[place * classCount + label]
        place = place + 1 == smoothing ? 0 : place + 1
      }
      averages[label] = sum / Float(filled)
      if averages[label] > averages[best] { best = label }
    }
    return best
  }

  /// - Returns: the start of the event that is certain now.
  @_noAllocation @_noLocks
  private mutating func update(_ label: Int, isConvincing: Bool, _ time: Int64) -> Int64? {
    var state = classes[label]
    defer { classes[label] = state }
    if averages[label] < rearm * state.threshold || (state.threshold == 0 && !isConvincing) {
      state.isArmed = true
    }
    if !isConvincing {
      state.isConvincing = false
      return nil
    }
    if !state.isConvincing {
      state.isConvincing = true
      state.start = time
    }
    let isRested = state.last == .min || time - state.last >= refractory
    guard !state.isBackground, state.isArmed, isRested, time - state.start >= minimumDuration
    else { return nil }
    state.isArmed = false
    state.last = time
    return state.start
  }
}
