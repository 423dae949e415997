// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import MainspringStream

/// Rules of decision fitted to calibration windows: what they look like, and how sure the float
/// model is of them. What is less like them, or less sure, is `unknown` to a stream.
enum RulesMaker {
  /// One window in so many of those seen may be unknown by its looks, and one by its probability.
  private static let (strangeShare, unsureShare): (Float, Float) = (0.005, 0.02)
  /// A class found in fewer windows keeps the usual threshold.
  private static let leastCount = 20
  private static let usualThreshold: Float = 0.5
  private static let thresholds: ClosedRange<Float> = 0.3...0.95
  private static let (mostWindows, mostClasses, mostChannels) = (2000, 256, 64)

  /// - Parameter graph: the float model.
  /// - Returns: nil for a model that is none of one input `[1, time, channels]` and one output of
  ///   probabilities, or cannot be run here.
  static func rules(_ graph: Graph, _ windows: WindowSet) -> ModelContract.Rules? {
    guard graph.inputs.count == 1, graph.outputs.count == 1 else { return nil }
    let (input, output) = (
      graph.shape(of: graph.inputs[0]), graph.shape(of: graph.outputs[0])
    )
    let classCount = ModelContract.classCount(of: output)
    guard input.rank >= 3, input.elementCount > 0, output.channels == output.elementCount,
      (2...mostClasses).contains(classCount), (1...mostChannels).contains(input.channels),
      windows.count > 0
    else { return nil }
    // Evenly from all of them.
    let count = min(windows.count, mostWindows)
    let chosen = (0..<count).map { index in
      Array(windows.elements(of: 0, window: index * windows.count / count))
    }
    guard let answers = answers(of: graph, to: chosen) else { return nil }
    var rules = ModelContract.Rules(
      thresholds: thresholds(answers, classCount: classCount))
    rules.isFitted = true
    // Streams know rows of the innermost extent. Values near the end of the floats' range have no
    // finite squares.
    let contract = graph.contract ?? ModelContract()
    if contract.channelCount(of: input, input: 0) == input.channels,
      let known = KnownWindows.fitted(
        to: chosen, channelCount: input.channels, share: 1 - strangeShare),
      (known.center + known.spread + [known.limit]).allSatisfy({ $0.isFinite })
    {
      rules.known = known
    }
    return rules
  }

  private static func answers(of graph: Graph, to windows: [[Float]]) -> [[Float]]? {
    let plan: Plan
    do throws(PlanError) { plan = try Plan(graph) } catch { return nil }
    var queue = WindowQueue(plan, windowCount: windows.count)
    var answers: [[Float]] = []
    func take(_: Int, _ outputs: [[Float]]) throws(RunError) { answers.append(outputs[0]) }
    do throws(RunError) {
      for window in windows { try queue.append([window], refusal: { $0 }, take) }
      try queue.finish(take)
    } catch {
      return nil
    }
    return answers
  }

  /// By class the probability that all but a few of its windows have.
  private static func thresholds(_ answers: [[Float]], classCount: Int) -> [Float] {
    var sure = [[Float]](repeating: [], count: classCount)
    for answer in answers {
      // A single probability is that of class 1.
      let values = answer.count == 1 ? [1 - answer[0], answer[0]] : answer
      var best = 0
      for (label, value) in values.enumerated() where value > values[best] { best = label }
      if (0...1).contains(values[best]) { sure[best].append(values[best]) }
    }
    return sure.map { values in
      guard values.count >= leastCount else { return usualThreshold }
      let quantile = values.sorted()[Int(unsureShare * Float(values.count))]
      return min(max(quantile, thresholds.lowerBound), thresholds.upperBound)
    }
  }
}
