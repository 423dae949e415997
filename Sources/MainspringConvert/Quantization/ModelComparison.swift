// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringRuntime

/// A float model's results on some windows, to compare other models with.
public struct ModelComparison: Sendable {
  private let windows: WindowSet
  private let labels: [Int]?
  /// By output: all windows' elements.
  private let expected: [[Float]]

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
    try ModelComparison.run(graph, windows) { output, _, values in expected[output] += values }
    self.expected = expected
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
    var count = 0
    try ModelComparison.run(graph, windows) { output, window, values in
      let start = window * values.count
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
    if labels != nil {
      result.correctCount = correct
      result.floatCorrectCount = floatCorrect
    }
    return result
  }

  private static func largest(_ values: ArraySlice<Float>) -> Int {
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
    var session = Session(plan)
    var results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    for window in 0..<windows.count {
      do throws(RunError) {
        for input in graph.inputs.indices {
          try session.setInput(input, windows.elements(of: input, window: window).span)
        }
        session.run()
        for output in results.indices {
          var span = results[output].mutableSpan
          try session.copyOutput(output, into: &span)
        }
      } catch {
        throw .run(error)
      }
      for output in results.indices { body(output, window, results[output]) }
    }
  }
}
