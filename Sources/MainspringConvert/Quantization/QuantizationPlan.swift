// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// What is quantized, and how finely.
public struct QuantizationPlan: Hashable, Sendable {
  /// What a model's inputs and outputs are.
  public enum Ports: Hashable, Sendable {
    /// What the operators at the ports compute with: int8 as a rule.
    case native
    /// Floats, converted inside of the model.
    case float32
  }

  /// By node of the graph: the coarsest precision it may have.
  ///
  /// An operator that cannot compute so takes the next finer one that it can. Operators that only
  /// move elements follow their operand.
  public var precisions: [NodePrecision]
  public var ports: Ports
  /// Dense weights have a scale for each unit, or one for all: dynamic-range files with the former
  /// need a TFLite runtime of 2024 (2.17).
  public var scalesDenseUnits: Bool
  /// Weights with fewer elements stay floats in nodes of ``NodePrecision/dynamic``.
  ///
  /// Those of a first layer do so below 4,096: it sees the sensor's own units, a gravity of 10
  /// beside a rotation of 0.1, and one scale for both would be most of the model's error.
  public var smallestDynamicWeight: Int

  /// The same precision for every node of a graph.
  public init(
    _ precision: NodePrecision, for graph: Graph, ports: Ports = .native,
    scalesDenseUnits: Bool? = nil, smallestDynamicWeight: Int = 1024
  ) {
    precisions = [NodePrecision](repeating: precision, count: graph.nodes.count)
    self.ports = ports
    self.scalesDenseUnits = scalesDenseUnits ?? (precision != .dynamic)
    self.smallestDynamicWeight = smallestDynamicWeight
  }
}
