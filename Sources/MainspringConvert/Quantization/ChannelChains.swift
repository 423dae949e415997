// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which operator alone reads the channels another computes, with nothing but picking, moving and
/// averaging of elements between the two.
struct ChannelChains {
  private let graph: Graph
  private let useCounts: [Int]
  private let consumers: [[Int]]

  init(_ graph: Graph) {
    self.graph = graph
    var uses = [Int](repeating: 0, count: graph.values.count)
    var consumers = [[Int]](repeating: [], count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      for operand in node.inputs {
        uses[operand] += 1
        consumers[operand].append(index)
      }
    }
    for output in graph.outputs { uses[output] += 1 }
    useCounts = uses
    self.consumers = consumers
  }

  struct Chain {
    /// From the result of the first operator to the operand of the last, channels in equal places.
    var values: [ValueID]
    /// The node that reads them.
    var reader: Int
  }

  /// - Returns: nil when the operator's channels cannot be scaled, others read them as well, or
  ///   something rearranges them.
  func chain(of node: Int) -> Chain? {
    let first = graph.nodes[node]
    let factors = [Float](repeating: 1, count: graph.shape(of: first.output).channels)
    guard first.operation.scalingOutputs(factors) != nil else { return nil }
    var values = [first.output]
    while let value = values.last, useCounts[value] == 1, let next = consumers[value].first {
      let reader = graph.nodes[next]
      if reader.operation.scalingInputs(factors) != nil {
        return Chain(values: values, reader: next)
      }
      let output = graph.shape(of: reader.output)
      guard reader.operation.keepsChannels(graph.shape(of: value), output) else { return nil }
      values.append(reader.output)
    }
    return nil
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
