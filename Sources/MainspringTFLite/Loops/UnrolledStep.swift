// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// One time of an LSTM as Keras computes it in a loop that was unrolled:
///
///     z = W·x + R·h + b                     in any order, with reshapes between them
///     c' = sigmoid(z_f) · c + sigmoid(z_i) · tanh(z_g)
///     h' = sigmoid(z_o) · tanh(c')          z in the order i, f, g, o
struct UnrolledStep {
  /// x before it was cut out of its sequence.
  let source: ValueID
  let inputWeights: Tensor
  let recurrentWeights: Tensor
  let bias: Tensor

  /// - Parameters:
  ///   - h: the step's results, c' as well.
  ///   - previous: the step's state, as values of the graph.
  ///   - time: which row of the sequence x has to be.
  /// - Returns: nil when the results are anything else.
  init?(
    _ values: GraphTrace, h: ValueID, c: ValueID, previous: (h: ValueID, c: ValueID),
    time: Int, of count: Int
  ) {
    guard let out = values.gated(h), values.argument(of: out.other, .tanh) == c,
      case .add? = values.function(of: c)
    else { return nil }
    let terms = values.inputs(of: c)
    guard let first = values.gated(terms[0]), let second = values.gated(terms[1]) else {
      return nil
    }
    let (kept, added) = first.other == previous.c ? (first, second) : (second, first)
    guard kept.other == previous.c, let g = values.argument(of: added.other, .tanh) else {
      return nil
    }
    let units = values.graph.shape(of: h).elementCount
    var z: ValueID?
    for (index, gate) in [added.gate, kept.gate, g, out.gate].enumerated() {
      guard let (part, begin) = values.columns(gate, count: units), begin == index * units,
        z == nil || z == part
      else { return nil }
      z = part
    }
    guard let z, values.graph.shape(of: z).elementCount == 4 * units,
      let sum = GateSum(values, z, state: previous.h),
      let source = values.row(sum.input, time, of: count)
    else { return nil }
    self.source = source
    inputWeights = sum.inputWeights
    recurrentWeights = sum.recurrentWeights
    bias = sum.bias
  }

  func hasWeights(of other: UnrolledStep) -> Bool {
    source == other.source && inputWeights == other.inputWeights
      && recurrentWeights == other.recurrentWeights && bias == other.bias
  }
}

/// W·x + R·h + b.
private struct GateSum {
  let input: ValueID
  let inputWeights: Tensor
  let recurrentWeights: Tensor
  let bias: Tensor

  init?(_ values: GraphTrace, _ z: ValueID, state: ValueID) {
    var products: [(x: ValueID, weights: Tensor)] = []
    var bias: Tensor?
    var pending = [z]
    let width = values.graph.shape(of: z).elementCount
    // Two products, a bias, and what adds them up.
    for _ in 0..<8 {
      guard let value = pending.popLast() else { break }
      let term = values.unshaped(value)
      guard values.graph.shape(of: term).elementCount == width else { return nil }
      if let constant = values.graph.values[term].constant {
        guard bias == nil else { return nil }
        bias = constant
      } else if case .add? = values.function(of: term) {
        pending += values.inputs(of: term)
      } else if let dense = values.product(term) {
        guard dense.bias == nil || bias == nil else { return nil }
        bias = dense.bias ?? bias
        products.append((values.inputs(of: term)[0], dense.weights))
      } else {
        return nil
      }
    }
    guard pending.isEmpty, products.count == 2, let all = bias?.floats, all.count == width else {
      return nil
    }
    if products[0].x == state { products.swapAt(0, 1) }
    guard products[1].x == state, products[0].x != state else { return nil }
    // One row each, so that no part of z comes from another row of x or h.
    for product in products {
      let length = values.graph.shape(of: product.x).elementCount
      guard product.weights.shape.extents == [width, length] else { return nil }
    }
    do throws(ShapeError) {
      self.bias = Tensor(shape: try Shape([width]), floats: all)
    } catch {
      return nil
    }
    input = products[0].x
    inputWeights = products[0].weights
    recurrentWeights = products[1].weights
  }
}
