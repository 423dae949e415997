// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// What a float graph was seen to compute on some windows.
public struct Calibration: Sendable {
  /// The graph that was run.
  public let graph: Graph
  public let windowCount: Int
  /// By value; nil for constants and booleans.
  var values: [ValueStatistics?]
  /// By the result of an LSTM.
  var cells: [ValueID: CellStatistics] = [:]
  /// By the result of a GRU or simple recurrent layer: of each value of ``StepRanges``.
  var steps: [ValueID: [FloatHistogram]] = [:]
  /// By the result of an operator with weights.
  var samplers: [ValueID: MomentSampler] = [:]

  /// Fewer windows than this are unlikely to show what a model meets in use.
  public static let recommendedWindowCount: Int = 100

  /// Moments of inputs were recorded.
  var hasMoments: Bool { !samplers.isEmpty }

  init(_ graph: Graph, windowCount: Int) {
    self.graph = graph
    self.windowCount = windowCount
    values = [ValueStatistics?](repeating: nil, count: graph.values.count)
  }

  /// The range of every value by one method; constants have none.
  public func ranges(_ method: CalibrationMethod) -> Ranges {
    let histograms = values.map { $0?.histogram }
    var ranges = Ranges(
      chosen: histograms.map { $0?.bounds(method) },
      seen: histograms.map { $0?.bounds(.minMax) },
      cells: cells.mapValues(\.cell))
    for (id, statistics) in values.enumerated() {
      guard let channels = statistics?.channelBounds(method), !channels.isEmpty else { continue }
      ranges.channels[id] = channels
      ranges.seenChannels[id] = statistics?.channelBounds(.minMax)
    }
    for (id, histograms) in steps {
      let chosen = histograms.compactMap { $0.bounds(method) }
      let seen = histograms.compactMap { $0.bounds(.minMax) }
      guard chosen.count == histograms.count else { continue }
      ranges.steps[id] = StepRanges(chosen: chosen, seen: seen)
    }
    ranges.moments = samplers.mapValues(\.moments)
    return ranges
  }

  /// By the result of an LSTM: the largest magnitude that goes into the functions of its gates.
  ///
  /// Integer kernels hold 8; beyond it the functions have reached their ends to three digits.
  public var gateMagnitudes: [ValueID: Float] { cells.mapValues(\.gate) }

  /// What a person should know about the windows; empty when there is nothing to say.
  public var warnings: [String] {
    var result: [String] = []
    if windowCount < Calibration.recommendedWindowCount {
      result.append(
        """
        calibration: expected at least \(Calibration.recommendedWindowCount) windows, found \
        \(windowCount); ranges may be too narrow for what the model meets in use
        """)
    }
    for (id, statistics) in values.enumerated() {
      guard let histogram = statistics?.histogram else { continue }
      if histogram.count > 0, histogram.minimum == 0, histogram.maximum == 0 {
        result.append(
          "calibration: '\(graph.values[id].name)' is zero in all windows, its range is a guess")
      }
    }
    return result
  }
}
