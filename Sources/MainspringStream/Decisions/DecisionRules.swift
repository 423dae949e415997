// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// How probabilities become decisions, and decisions events; a model may carry them.
public typealias DecisionRules = ModelContract.Rules

/// What windows look like that a model knows; others are unknown.
public typealias KnownWindows = ModelContract.KnownWindows

extension ModelContract.Rules {
  /// The same threshold for all classes.
  public init(classCount: Int, threshold: Float = 0.5) {
    self.init(thresholds: [Float](repeating: threshold, count: max(classCount, 0)))
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

extension ModelContract.KnownWindows {
  func check(channelCount: Int) throws(StreamError) {
    guard center.count == 2 * channelCount, spread.count == 2 * channelCount, limit > 0 else {
      throw .options(.range)
    }
    for value in center where !value.isFinite { throw .options(.range) }
    for value in spread where !(value > 0 && value.isFinite) { throw .options(.range) }
  }
}
