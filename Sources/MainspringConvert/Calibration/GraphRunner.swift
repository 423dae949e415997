// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime

/// A graph ready to be run on windows, and its results of the last one.
struct GraphRunner: ~Copyable {
  private var session: Session
  private let inputCount: Int
  /// By output: its elements, row-major.
  private(set) var results: [[Float]]

  init(_ graph: Graph) throws(PlanError) {
    let plan = try Plan(graph)
    inputCount = plan.inputs.count
    results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    session = Session(plan)
  }

  mutating func run(_ windows: WindowSet, _ window: Int) throws(RunError) {
    for input in 0..<inputCount {
      try session.setInput(input, windows.elements(of: input, window: window).span)
    }
    session.run()
    for output in results.indices {
      var span = results[output].mutableSpan
      try session.copyOutput(output, into: &span)
    }
  }
}

extension GraphRunner {
  static func ready(_ graph: Graph) throws(QuantizationError) -> GraphRunner {
    do throws(PlanError) { return try GraphRunner(graph) } catch { throw .plan(error) }
  }
}
