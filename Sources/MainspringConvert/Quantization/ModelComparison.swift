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
  private let classes: ClassOutput?

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
    classes = graph.classes(of: 0)
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
        if isSteady(values, wanted) { result.steadyCount += 1 }
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
      let found = largest(values)
      let right = largest(Array(wanted))
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
  private func isSteady(_ found: [Float], _ wanted: ArraySlice<Float>) -> Bool {
    let offset = wanted.startIndex
    if found.count == 1 {
      // In front of a sigmoid 0 parts the classes.
      let cut: Float = classes?.form == .binary ? 0 : 0.5
      let twice = wanted[offset] + 2 * (found[0] - wanted[offset])
      return (twice > cut) == (wanted[offset] > cut)
    }
    let best = ClassOutput.largest(Array(wanted))
    for index in found.indices where index != best {
      let margin = wanted[offset + best] - wanted[offset + index]
      let error = margin - (found[best] - found[index])
      if 2 * error > margin { return false }
    }
    return true
  }

  /// The class of a window, also of an output that is no classifier's.
  private func largest(_ values: [Float]) -> Int {
    classes?.predicted(values) ?? ClassOutput.largest(values)
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
  /// The graph with one output more: what the first output's softmax or sigmoid is taken of, or
  /// the first output once more.
  fileprivate func showingScores() throws(QuantizationError) -> Graph {
    guard let first = outputs.first else { return self }
    var result = self
    do throws(GraphError) { try result.addOutput(score(of: first)) } catch { throw .graph(error) }
    return result
  }
}
