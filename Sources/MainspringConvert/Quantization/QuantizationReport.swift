// SPDX-License-Identifier: Apache-2.0

import Glibc
public import MainspringGraph
import MainspringRuntime

/// How each operator of a model computes after quantization, and how well.
public struct QuantizationReport: Hashable, Sendable {
  public struct Layer: Hashable, Sendable {
    /// Of the value the operator computes.
    public let name: String
    /// The operator's name for people.
    public let operation: String
    public let precision: NodePrecision
    /// The precision asked for, where the operator could not have it.
    public let wanted: NodePrecision?
    /// Bytes of weights and biases as they are written.
    public let weightByteCount: Int
    /// Signal to quantization noise of the result in decibels, all errors before it included; nil
    /// where there is no signal, infinite where there is no noise.
    public let signalToNoise: Double?
  }

  /// In the order of the float graph.
  public let layers: [Layer]

  /// Runs both graphs over windows and compares the values they compute.
  ///
  /// - Parameters:
  ///   - graph: the float graph as it was quantized.
  ///   - model: made of the graph by the plan.
  /// - Throws: ``QuantizationError`` when a graph cannot be run.
  /// - Complexity: one run of both graphs for each window; all values of all windows are compared,
  ///   none is kept.
  public init(
    _ graph: Graph, _ model: QuantizedModel, _ plan: QuantizationPlan, _ windows: WindowSet
  ) throws(QuantizationError) {
    guard model.counterparts.count == graph.values.count else {
      throw .mismatch(
        what: "counterparts", expected: graph.values.count, found: model.counterparts.count)
    }
    let noise = try Noise(graph, model, windows)
    let weights = QuantizationReport.weightByteCounts(model.graph)
    var layers: [Layer] = []
    for (index, node) in graph.nodes.enumerated() {
      let counterpart = model.counterparts[node.output]
      let precision = model.precisions[index]
      let isForced = precision != plan.precisions[index] && !node.operation.keepsScale
      layers.append(
        Layer(
          name: graph.values[node.output].name, operation: node.operation.name,
          precision: precision, wanted: isForced ? plan.precisions[index] : nil,
          weightByteCount: counterpart.flatMap { weights[$0] } ?? 0,
          signalToNoise: noise.decibels(of: node.output)))
    }
    self.layers = layers
  }

  /// By the value an operator computes: bytes of its weights.
  private static func weightByteCounts(_ graph: Graph) -> [ValueID: Int] {
    var result: [ValueID: Int] = [:]
    for node in graph.nodes {
      result[node.output] = node.operation.weights.reduce(0) {
        $0 + $1.shape.elementCount * $1.elementType.byteCount
      }
    }
    return result
  }
}

/// Energy of signals and of the errors in them, by value of the float graph.
private struct Noise {
  private var signal: [ValueID: Double] = [:]
  private var error: [ValueID: Double] = [:]

  init(_ graph: Graph, _ model: QuantizedModel, _ windows: WindowSet) throws(QuantizationError) {
    var exact = graph
    var coarse = model.graph
    var watched: [ValueID] = []
    let first = graph.outputs.count
    do throws(GraphError) {
      for node in graph.nodes where graph.values[node.output].elementType == .float32 {
        guard let counterpart = model.counterparts[node.output] else { continue }
        try exact.addOutput(node.output)
        try coarse.addOutput(counterpart)
        watched.append(node.output)
      }
    } catch {
      throw .graph(error)
    }
    var exactRunner = try GraphRunner.ready(exact)
    var coarseRunner = try GraphRunner.ready(coarse)
    for window in 0..<windows.count {
      do throws(RunError) {
        try exactRunner.run(windows, window)
        try coarseRunner.run(windows, window)
      } catch {
        throw .run(error)
      }
      for (index, value) in watched.enumerated() {
        add(coarseRunner.results[first + index], exactRunner.results[first + index], value)
      }
    }
  }

  private mutating func add(_ found: [Float], _ exact: [Float], _ value: ValueID) {
    for (a, b) in zip(found, exact) {
      signal[value, default: 0] += Double(b) * Double(b)
      error[value, default: 0] += Double(a - b) * Double(a - b)
    }
  }

  func decibels(of value: ValueID) -> Double? {
    guard let signal = signal[value], let error = error[value], signal > 0 else { return nil }
    return error == 0 ? .infinity : 10 * log10(signal / error)
  }
}
