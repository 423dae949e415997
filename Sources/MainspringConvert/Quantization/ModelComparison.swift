// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringRuntime

/// A float model's results on some windows, to compare other models with.
public struct ModelComparison: Sendable {
  private let windows: WindowSet
  private let labels: [Int]?
  /// By output: all windows' elements.
  private let expected: [[Float]]
  /// By window: what the first output's softmax is taken of.
  private let scores: [Float]

  /// Runs the float model.
  ///
  /// - Parameter labels: the right class of each window.
  /// - Throws: ``QuantizationError`` when the graph cannot be run or labels are missing.
  public init(_ graph: Graph, _ windows: WindowSet, labels: [Int]? = nil)
    throws(QuantizationError)
  {
    if let labels, labels.count != windows.count {
      throw .labels(expected: windows.count, found: labels.count)
    }
    self.windows = windows
    self.labels = labels
    var expected = [[Float]](repeating: [], count: graph.outputs.count)
    var scores: [Float] = []
    try ModelComparison.run(try graph.showingScores(), windows) { output, _, values in
      if output < expected.count { expected[output] += values } else { scores += values }
    }
    self.expected = expected
    self.scores = scores
  }

  /// Runs another model of the same inputs and outputs.
  ///
  /// - Throws: ``QuantizationError`` when the graph cannot be run.
  public func agreement(of graph: Graph) throws(QuantizationError) -> Agreement {
    var result = Agreement()
    result.windowCount = windows.count
    var correct = 0
    var floatCorrect = 0
    var sum = 0.0
    var squares = 0.0
    var scoreCount = 0
    var count = 0
    try ModelComparison.run(try graph.showingScores(), windows) { output, window, values in
      let start = window * values.count
      if output >= expected.count {
        let wanted = scores[start..<start + values.count]
        if ModelComparison.isSteady(values, wanted) { result.steadyCount += 1 }
        for (a, b) in zip(values, wanted) {
          squares += Double(a - b) * Double(a - b)
        }
        scoreCount += values.count
        return
      }
      let wanted = expected[output][start..<start + values.count]
      for (a, b) in zip(values, wanted) {
        let difference = abs(a - b)
        result.largestDifference = max(result.largestDifference, difference)
        sum += Double(difference)
      }
      count += values.count
      if output > 0 { return }
      let found = ModelComparison.largest(values[...])
      let right = ModelComparison.largest(wanted)
      if found == right { result.sameClassCount += 1 }
      if let labels {
        if found == labels[window] { correct += 1 }
        if right == labels[window] { floatCorrect += 1 }
      }
    }
    result.meanDifference = sum / Double(max(count, 1))
    result.scoreError = (squares / Double(max(scoreCount, 1))).squareRoot()
    if labels != nil {
      result.correctCount = correct
      result.floatCorrectCount = floatCorrect
    }
    return result
  }

  /// The class stays the same with twice the error.
  private static func isSteady(_ found: [Float], _ wanted: ArraySlice<Float>) -> Bool {
    let best = largest(wanted)
    let offset = wanted.startIndex
    if found.count == 1 {
      let twice = wanted[offset] + 2 * (found[0] - wanted[offset])
      return largest([twice]) == best
    }
    for index in found.indices where index != best {
      let margin = wanted[offset + best] - wanted[offset + index]
      let error = margin - (found[best] - found[index])
      if 2 * error > margin { return false }
    }
    return true
  }

  /// The class of a window: the largest value, or whether a single one is above a half.
  private static func largest(_ values: ArraySlice<Float>) -> Int {
    if values.count == 1, let value = values.first { return value > 0.5 ? 1 : 0 }
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
  }

  /// Hands each output of each window to `body`.
  static func run(
    _ graph: Graph, _ windows: WindowSet, _ body: (Int, Int, [Float]) -> Void
  ) throws(QuantizationError) {
    let plan: Plan
    do throws(PlanError) { plan = try Plan(graph) } catch { throw .plan(error) }
    var queue = WindowQueue(plan, windowCount: windows.count)
    func take(_ window: Int, _ outputs: [[Float]]) throws(QuantizationError) {
      for (output, values) in outputs.enumerated() { body(output, window, values) }
    }
    for window in 0..<windows.count {
      let inputs = plan.inputs.indices.map { Array(windows.elements(of: $0, window: window)) }
      try queue.append(inputs, refusal: QuantizationError.run, take)
    }
    try queue.finish(take)
  }
}

extension Graph {
  /// The graph with one output more: what the first output's softmax is taken of, or the first
  /// output once more.
  fileprivate func showingScores() throws(QuantizationError) -> Graph {
    guard let first = outputs.first else { return self }
    var result = self
    do throws(GraphError) { try result.addOutput(score(of: first)) } catch { throw .graph(error) }
    return result
  }

  private func score(of output: ValueID) -> ValueID {
    var value = output
    while let producer = nodes.first(where: { $0.output == value }) {
      switch producer.operation {
      case .softmax: return producer.inputs[0]
      case .quantize, .dequantize, .reshape: value = producer.inputs[0]
      default: return output
      }
    }
    return output
  }
}
