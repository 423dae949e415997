// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which operator alone reads the channels another computes, with nothing but picking, moving and
/// averaging of elements between the two.
struct ChannelChains {
  private let graph: Graph
  private let uses: GraphUses

  init(_ graph: Graph) {
    self.graph = graph
    uses = GraphUses(graph)
  }

  struct Chain {
    /// From the result of the first operator to the operand of the last, channels in equal places.
    var values: [ValueID]
    /// The node that reads them.
    var reader: Int
    /// Constants the values are joined with: rows of the same channels.
    var constants: [ValueID] = []
  }

  /// - Returns: nil when the operator's channels cannot be scaled, others read them as well, or
  ///   something rearranges them.
  func chain(of node: Int) -> Chain? {
    let first = graph.nodes[node]
    let factors = [Float](repeating: 1, count: graph.shape(of: first.output).channels)
    guard first.operation.scalingOutputs(factors) != nil else { return nil }
    var chain = Chain(values: [first.output], reader: node)
    while let value = chain.values.last, uses.counts[value] == 1,
      let next = uses.consumers[value].first
    {
      let reader = graph.nodes[next]
      if reader.operation.scalingInputs(factors) != nil {
        chain.reader = next
        return chain
      }
      let output = graph.shape(of: reader.output)
      if let constants = constants(beside: value, in: reader) {
        chain.constants += constants
      } else if !reader.operation.keepsChannels(graph.shape(of: value), output) {
        return nil
      }
      chain.values.append(reader.output)
    }
    return nil
  }

  /// What else a concatenation of rows is made of, if all of it is constant and its own.
  private func constants(beside value: ValueID, in node: Node) -> [ValueID]? {
    guard case .concatenate(let x) = node.operation,
      x.axis < graph.shape(of: node.output).rank - 1
    else { return nil }
    let others = node.inputs.filter { $0 != value }
    let areOwn = others.allSatisfy {
      graph.values[$0].constant?.floats != nil && uses.counts[$0] == 1
    }
    return areOwn ? others : nil
  }

  /// The chain's constants with each channel times a factor.
  func scaledConstants(_ chain: Chain, by factors: [Float]) -> [ValueID: Tensor] {
    var result: [ValueID: Tensor] = [:]
    for id in chain.constants {
      result[id] = graph.values[id].constant?.scalingColumns(factors)
    }
    return result
  }
}

extension Operator {
  /// A positive factor for each channel commutes with the operator; rows may hold the channels
  /// several times.
  fileprivate func keepsChannels(_ input: Shape, _ output: Shape) -> Bool {
    let last = input.rank - 1
    switch self {
    case .pool(let x): return x.activation == .none || x.activation == .relu
    case .unary(let x): return x.function == .relu
    case .reshape: return input.channels > 0 && output.channels % input.channels == 0
    case .reverse(let x): return !x.axes.contains(last)
    case .slice(let x): return output.channels == input.channels && x.stride.last == 1
    case .transpose(let x): return x.permutation.last == last
    case .pad(let x): return x.value == 0 && output.channels == input.channels
    case .tile(let x): return x.multiples.last == 1
    case .reduce(let x): return !x.axes.contains(last)
    default: return false
    }
  }

  /// The operator with each channel of its result times a positive factor.
  ///
  /// - Returns: nil when it has no rows of weights for its channels or an activation that does not
  ///   commute with the factor.
  func scalingOutputs(_ factors: [Float]) -> Operator? {
    switch self {
    case .dense(var x) where x.activation.isHomogeneous && x.weights.shape[0] == factors.count:
      x.weights = x.weights.scalingRows(factors)
      x.bias = x.bias?.scalingRows(factors)
      return .dense(x)
    case .convolution(var x) where x.activation.isHomogeneous && x.filters == factors.count:
      x.weights = x.weights.scalingRows(factors)
      x.bias = x.bias?.scalingRows(factors)
      return .convolution(x)
    default:
      return nil
    }
  }

  /// The operator with each channel of its operand times a factor.
  ///
  /// - Returns: nil when it has no columns of weights for the channels.
  func scalingInputs(_ factors: [Float]) -> Operator? {
    guard !factors.isEmpty else { return nil }
    switch self {
    case .dense(var x) where x.weights.shape[1] % factors.count == 0:
      x.weights = x.weights.scalingColumns(factors)
      return .dense(x)
    case .lstm(var x) where x.inputWeights.shape[1] % factors.count == 0:
      x.inputWeights = x.inputWeights.scalingColumns(factors)
      return .lstm(x)
    case .gru(var x) where x.inputWeights.shape[1] % factors.count == 0:
      x.inputWeights = x.inputWeights.scalingColumns(factors)
      return .gru(x)
    case .simpleRNN(var x) where x.inputWeights.shape[1] % factors.count == 0:
      x.inputWeights = x.inputWeights.scalingColumns(factors)
      return .simpleRNN(x)
    case .convolution(var x) where x.isDepthwise && x.groups == factors.count:
      let multiplier = x.filters / x.groups
      x.weights = x.weights.scalingRows((0..<x.filters).map { factors[$0 / multiplier] })
      return .convolution(x)
    case .convolution(var x) where x.groups == 1 && x.weights.shape[3] == factors.count:
      x.weights = x.weights.scalingColumns(factors)
      return .convolution(x)
    default:
      return nil
    }
  }
}

extension FusedActivation {
  fileprivate var isHomogeneous: Bool { self == .none || self == .relu }
}

extension Tensor {
  /// Halves and other types unchanged: their users ask for floats first.
  fileprivate func scalingRows(_ factors: [Float]) -> Tensor {
    guard var values = floats, values.count % factors.count == 0 else { return self }
    let size = values.count / factors.count
    for index in values.indices { values[index] *= factors[index / size] }
    return Tensor(shape: shape, floats: values)
  }

  fileprivate func scalingColumns(_ factors: [Float]) -> Tensor {
    guard var values = floats else { return self }
    for index in values.indices { values[index] *= factors[index % factors.count] }
    return Tensor(shape: shape, floats: values)
  }
}
