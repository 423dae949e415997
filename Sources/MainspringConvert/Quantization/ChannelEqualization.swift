// SPDX-License-Identifier: Apache-2.0

import Glibc
public import MainspringGraph

/// Channels that range less than their neighbours are scaled up before they become integers of
/// one scale, and down again in the weights that read them: the float graph computes the same.
///
/// Into a depthwise convolution, which has a scale for each channel, that costs nothing. Elsewhere
/// the weights pay with some of their precision, and how far to go is a matter of measurement.
/// Source: Nagel et al., "Data-free quantization through weight equalization" (2019), with ranges
/// that were measured.
public struct ChannelEqualization: Hashable, Sendable {
  /// How far channels are brought to one range where it costs: 0 not at all, 1 entirely.
  public var strength: Float

  public init(strength: Float) { self.strength = strength }

  /// - Parameters:
  ///   - graph: a float graph.
  ///   - ranges: of the graph.
  /// - Returns: the graph with other weights, and its ranges.
  /// - Throws: `GraphError` when a shape does not hold.
  /// - Complexity: O(weights + moments).
  public func applied(to graph: Graph, _ ranges: Ranges) throws(GraphError) -> (Graph, Ranges) {
    var operations = graph.nodes.map(\.operation)
    var ranges = ranges
    var constants: [ValueID: Tensor] = [:]
    let chains = ChannelChains(graph)
    for (index, node) in graph.nodes.enumerated() {
      guard let chain = chains.chain(of: index),
        let channels = clipped(node.output, chain, graph, ranges),
        let factors = factors(channels, operations[chain.reader]),
        let reader = operations[chain.reader].scalingInputs(factors),
        let scaled = operations[index].scalingOutputs(factors.map { 1 / $0 })
      else { continue }
      operations[index] = scaled
      operations[chain.reader] = reader
      constants.merge(chains.scaledConstants(chain, by: factors.map { 1 / $0 })) { $1 }
      for value in chain.values { ranges.rescale(value, by: factors) }
      ranges.chosen[node.output] = Ranges.union(
        zip(channels, factors).map { $0.scaled(by: 1 / $1) })
      follow(graph, chain, &ranges)
      ranges.rescaleMoments(graph, chain.reader, by: factors)
    }
    return (try graph.replacingOperations(operations, constants: constants), ranges)
  }

  /// The range of each channel, within the one chosen for all; constants count in full.
  private func clipped(
    _ value: ValueID, _ chain: ChannelChains.Chain, _ graph: Graph, _ ranges: Ranges
  ) -> [Bounds]? {
    guard let channels = ranges.channels[value], let all = ranges.chosen[value] else { return nil }
    var result = channels.map { $0.intersection(all) }
    for id in chain.constants {
      for (index, value) in (graph.values[id].constant?.floats ?? []).enumerated() {
        let channel = index % result.count
        result[channel] = result[channel].union(Bounds(lower: value, upper: value))
      }
    }
    return result
  }

  /// By channel: what it is divided by; 1 for the channel of the largest range.
  private func factors(_ channels: [Bounds], _ reader: Operator) -> [Float]? {
    let whole = channels.dropFirst().reduce(channels[0]) { $0.union($1) }
    guard whole.magnitude > 0 else { return nil }
    var exponent = Double(strength)
    if case .convolution(let x) = reader, x.isDepthwise { exponent = 1 }
    if exponent == 0 { return nil }
    return channels.map { channel in
      let below = whole.lower < 0 ? channel.lower / whole.lower : 0
      let above = whole.upper > 0 ? channel.upper / whole.upper : 0
      // A channel that is next to silent is not made the loudest.
      return Float(pow(Double(max(below, above, 1 / 256)), exponent))
    }
  }

  /// What shares the scale of the first value must not widen its range.
  private func follow(_ graph: Graph, _ chain: ChannelChains.Chain, _ ranges: inout Ranges) {
    for (value, next) in zip(chain.values, chain.values.dropFirst()) {
      let producer = graph.nodes.first { $0.output == next }
      if producer?.operation.keepsScale == true || producer?.operation.joinsScales == true {
        ranges.chosen[next] = ranges.chosen[value]
      }
    }
  }
}

extension Ranges {
  /// The value's channels are divided by factors.
  mutating func rescale(_ value: ValueID, by factors: [Float]) {
    if let scaled = Ranges.divided(channels[value], by: factors) {
      channels[value] = scaled
      chosen[value] = Ranges.union(scaled)
    }
    if let scaled = Ranges.divided(seenChannels[value], by: factors) {
      seenChannels[value] = scaled
      seen[value] = Ranges.union(scaled)
    }
  }

  private static func divided(_ channels: [Bounds]?, by factors: [Float]) -> [Bounds]? {
    guard let channels, !channels.isEmpty else { return nil }
    return channels.indices.map { channels[$0].scaled(by: 1 / factors[$0 % factors.count]) }
  }

  fileprivate static func union(_ channels: [Bounds]) -> Bounds? {
    channels.dropFirst().reduce(channels.first) { $0?.union($1) }
  }

  mutating func rescaleMoments(_ graph: Graph, _ reader: Int, by factors: [Float]) {
    let node = graph.nodes[reader]
    guard let old = moments[node.output] else { return }
    var count = old.size - 1
    if case .lstm(let x) = node.operation { count = x.inputWeights.shape[1] }
    moments[node.output] = old.scaled(by: factors.map { 1 / $0 }, first: count)
  }
}
