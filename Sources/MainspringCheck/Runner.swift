// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime

/// A model with some of its values as outputs, ready to be run.
final class Runner {
  private var session: Session
  private let name: String
  /// By output: its elements, row-major, of the last run.
  private(set) var results: [[Float]]
  let outputs: [Port]

  /// - Parameter watched: values to show behind the model's own outputs.
  init(_ subject: Subject, watching watched: [ValueID] = []) throws(CheckError) {
    var graph = subject.graph
    do throws(GraphError) {
      for value in watched { try graph.addOutput(value) }
    } catch {
      throw .graph(model: subject.name, error)
    }
    let plan: Plan
    do throws(PlanError) {
      plan = try Plan(graph, instructionSet: subject.instructionSet)
    } catch {
      throw .plan(model: subject.name, error)
    }
    name = subject.name
    outputs = plan.outputs
    results = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    session = Session(plan)
  }

  func run(_ inputs: [[Float]]) throws(CheckError) {
    do throws(RunError) {
      for (index, values) in inputs.enumerated() { try session.setInput(index, values.span) }
      session.run()
      for output in results.indices {
        var span = results[output].mutableSpan
        try session.copyOutput(output, into: &span)
      }
    } catch {
      throw .run(model: name, error)
    }
  }
}

extension Graph {
  /// Values that can be looked at: what operators compute, booleans and raw integers aside.
  var observableNodes: [Node] {
    nodes.filter { node in
      let value = values[node.output]
      return value.shape.elementCount > 0
        && (value.elementType == .float32 || value.quantization != nil)
    }
  }
}
