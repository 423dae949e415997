// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// int16 activations wherever there are kernels for them; LSTMs have none and stay in what
/// measures best: int8, float activations with int8 weights, or floats.
public struct SixteenBitPlan {
  public struct Outcome: Sendable {
    public let plan: QuantizationPlan
    public let model: QuantizedModel
    /// What LSTMs compute in; nil without any.
    public let recurrent: NodePrecision?
    public let agreement: Agreement
  }

  private let graph: Graph
  private let ranges: Ranges
  private let ports: QuantizationPlan.Ports
  private let evaluate: (Graph) throws(QuantizationError) -> Agreement

  /// - Parameters:
  ///   - graph: a float graph in integer form.
  ///   - ranges: of the graph.
  ///   - evaluate: how well a quantized graph agrees with the float model.
  public init(
    _ graph: Graph, _ ranges: Ranges, ports: QuantizationPlan.Ports = .native,
    evaluate: @escaping (Graph) throws(QuantizationError) -> Agreement
  ) {
    self.graph = graph
    self.ranges = ranges
    self.ports = ports
    self.evaluate = evaluate
  }

  /// - Throws: ``QuantizationError`` when the graph cannot be quantized or run.
  /// - Complexity: three evaluations, one without LSTMs.
  public func best() throws(QuantizationError) -> Outcome {
    let hasLSTM = graph.nodes.contains { $0.operation.isLSTM }
    guard hasLSTM else { return try outcome(nil) }
    var best = try outcome(.int8)
    // What is finer has to bring something for its bytes: with floats a file grows by three
    // bytes for each weight.
    for (recurrent, share) in [(NodePrecision.dynamic, 0.9), (.float32, 0.5)] {
      let other = try outcome(recurrent)
      if other.agreement.scoreError < best.agreement.scoreError * share { best = other }
    }
    return best
  }

  private func outcome(_ recurrent: NodePrecision?) throws(QuantizationError) -> Outcome {
    var plan = QuantizationPlan(.int16, for: graph, ports: ports)
    for (index, node) in graph.nodes.enumerated() where node.operation.isLSTM {
      plan.precisions[index] = recurrent ?? .int16
    }
    let (graph, ranges) = recurrent == .dynamic ? try equalized(plan) : (graph, ranges)
    let model = try Quantizer(graph, ranges, plan).model()
    return Outcome(
      plan: plan, model: model, recurrent: recurrent, agreement: try evaluate(model.graph))
  }

  /// Channels of 16 bits lose nothing by it, the LSTM's weights win.
  private func equalized(_ plan: QuantizationPlan) throws(QuantizationError) -> (Graph, Ranges) {
    do throws(GraphError) { return try ColumnEqualization(plan).applied(to: graph, ranges) } catch {
      throw .graph(error)
    }
  }
}

extension Operator {
  fileprivate var isLSTM: Bool { if case .lstm = self { true } else { false } }
}
