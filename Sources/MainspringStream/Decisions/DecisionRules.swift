// SPDX-License-Identifier: Apache-2.0

/// How probabilities become decisions, and decisions events.
public struct DecisionRules: Hashable, Sendable {
  /// Hops that are averaged.
  public var smoothing: Int = 1
  /// By class: the average from which on it is convincing.
  public var thresholds: [Float]
  /// Nanoseconds for which a class must be convincing before there is an event.
  public var minimumDuration: Int64 = 0
  /// Nanoseconds after an event in which its class gives no other one.
  public var refractory: Int64 = 0
  /// A class can give another event once its average was below this share of its threshold.
  public var rearm: Float = 0.7
  /// Classes that are never events, such as rest.
  public var background: [Int] = []
  /// What windows look like that the model knows; nil to take all.
  public var known: KnownWindows?

  public init(thresholds: [Float]) { self.thresholds = thresholds }

  /// The same threshold for all classes.
  public init(classCount: Int, threshold: Float = 0.5) {
    thresholds = [Float](repeating: threshold, count: max(classCount, 0))
  }

  /// - Throws: ``StreamError/options(_:)`` when something is out of range.
  func check(classCount: Int, channelCount: Int) throws(StreamError) {
    guard smoothing >= 1, smoothing <= 1024 else { throw .options(.smoothing) }
    guard thresholds.count == classCount, rearm >= 0, rearm <= 1 else {
      throw .options(.thresholds)
    }
    for threshold in thresholds where !(threshold >= 0 && threshold <= 1) {
      throw .options(.thresholds)
    }
    let times: ClosedRange<Int64> = 0...SampleAligner.latestTime
    guard times.contains(minimumDuration), times.contains(refractory) else {
      throw .options(.durations)
    }
    for index in background where index < 0 || index >= classCount { throw .options(.classes) }
    if let known { try known.check(channelCount: channelCount) }
  }
}

/// What windows look like that a model knows: mean and spread of each channel, over the windows it
/// was calibrated with.
///
/// The distance of a window is the root mean square of its deviations from these, each in standard
/// deviations; with a normal distribution it is about 1.
public struct KnownWindows: Hashable, Sendable {
  /// By channel the mean in a window, then by channel the standard deviation in a window.
  public var center: [Float]
  /// How much each of them varies from window to window.
  public var spread: [Float]
  /// Windows farther away are unknown.
  public var limit: Float

  public init(center: [Float], spread: [Float], limit: Float) {
    self.center = center
    self.spread = spread
    self.limit = limit
  }

  func check(channelCount: Int) throws(StreamError) {
    guard center.count == 2 * channelCount, spread.count == 2 * channelCount, limit > 0 else {
      throw .options(.range)
    }
    for value in center where !value.isFinite { throw .options(.range) }
    for value in spread where !(value > 0 && value.isFinite) { throw .options(.range) }
  }
}
