// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Turns a float graph into one that computes on integers, as TFLite's kernels do.
///
/// Formulas: TensorFlow Lite 8-bit quantization specification.
public struct Quantizer {
  private let source: Graph
  private let ranges: Ranges
  private let plan: QuantizationPlan

  /// - Parameters:
  ///   - graph: an optimised float graph, in ``MainspringGraph/Graph/integerForm()``; other batch
  ///     normalizations than folded ones stay float.
  ///   - ranges: of the same graph.
  public init(_ graph: Graph, _ ranges: Ranges, _ plan: QuantizationPlan) {
    source = graph
    self.ranges = ranges
    self.plan = plan
  }

  /// - Throws: ``QuantizationError`` when the ranges are of another graph, a value that becomes
  ///   integers was never seen, or weights are not finite.
  /// - Complexity: O(weights + nodes · inputs).
  public func quantized() throws(QuantizationError) -> Graph { try model().graph }

  /// The graph with what became of each node.
  public func model() throws(QuantizationError) -> QuantizedModel {
    try check()
    var emitter = Emitter(source, ranges, plan)
    return try emitter.emit()
  }

  private func check() throws(QuantizationError) {
    let count = source.values.count
    guard ranges.chosen.count == count, ranges.seen.count == count else {
      throw .mismatch(what: "ranges", expected: count, found: ranges.chosen.count)
    }
    guard plan.precisions.count == source.nodes.count else {
      throw .mismatch(
        what: "precisions", expected: source.nodes.count, found: plan.precisions.count)
    }
    for value in source.values where value.quantization != nil {
      throw .notFloat(value: value.name, value.elementType)
    }
    try source.requireFiniteWeights()
  }
}

extension Graph {
  /// The graph with int8 weights and float activations; needs no windows.
  ///
  /// Batch normalizations stay as they are. Channels an LSTM reads are scaled to suit its weights,
  /// and convolutions of sequences become products of rows: ``QuantizedModel/source`` is the float
  /// graph with those scales.
  ///
  /// - Throws: ``QuantizationError`` when weights are not finite.
  public func dynamicRange(_ plan: QuantizationPlan) throws(QuantizationError) -> QuantizedModel {
    let none = [Bounds?](repeating: nil, count: values.count)
    let unknown = Ranges(chosen: none, seen: none)
    let graph: Graph
    do throws(GraphError) {
      graph = try ColumnEqualization(plan).applied(to: self, unknown).0
    } catch {
      throw .graph(error)
    }
    return try Quantizer(graph, unknown, plan).model()
  }
}

/// A quantized graph beside the one it was made of.
public struct QuantizedModel: Hashable, Sendable {
  /// The float graph.
  public let source: Graph
  public let graph: Graph
  /// By node of the source: how it computes now.
  public let precisions: [NodePrecision]
  /// By value of the source: the value that stands for it; nil for constants.
  public let counterparts: [ValueID?]
}
