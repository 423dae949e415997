// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A look back from values of a graph to what computed them.
struct GraphTrace {
  let graph: Graph

  /// The node that computes a value.
  ///
  /// - Complexity: O(log nodes); nodes are in the order of their results.
  func producer(of value: ValueID) -> Node? {
    var (low, high) = (0, graph.nodes.count)
    while low < high {
      let middle = (low + high) / 2
      if graph.nodes[middle].output < value { low = middle + 1 } else { high = middle }
    }
    return low < graph.nodes.count && graph.nodes[low].output == value ? graph.nodes[low] : nil
  }

  func inputs(of value: ValueID) -> [ValueID] { producer(of: value)?.inputs ?? [] }

  /// What a value is under another shape.
  func unshaped(_ value: ValueID) -> ValueID {
    var value = value
    while let node = producer(of: value), case .reshape = node.operation { value = node.inputs[0] }
    return value
  }

  /// The function of two operands that a value is, without an activation.
  func function(of value: ValueID) -> Binary.Function? {
    guard case .binary(let binary)? = producer(of: value)?.operation, binary.activation == .none
    else { return nil }
    return binary.function
  }

  func argument(of value: ValueID, _ function: Unary.Function) -> ValueID? {
    guard let node = producer(of: value), case .unary(let unary) = node.operation,
      unary.function == function
    else { return nil }
    return node.inputs[0]
  }

  /// What a gate lets through, and what the gate is the sigmoid of.
  func gated(_ value: ValueID) -> (gate: ValueID, other: ValueID)? {
    guard case .multiply? = function(of: value) else { return nil }
    let factors = inputs(of: value)
    if let gate = argument(of: factors[0], .logistic) { return (gate, factors[1]) }
    return argument(of: factors[1], .logistic).map { ($0, factors[0]) }
  }

  /// The product of floats that a value is, without an activation.
  func product(_ value: ValueID) -> Dense? {
    guard case .dense(let dense)? = producer(of: value)?.operation, dense.activation == .none,
      dense.weights.elementType.isFloat
    else { return nil }
    return dense
  }

  /// Of which row neighbouring columns are, and from which one on.
  func columns(_ value: ValueID, count: Int) -> (of: ValueID, begin: Int)? {
    guard let (source, begin, length) = run(value), length == count else { return nil }
    return (source, begin)
  }

  /// Of which sequence of so many times a value is the row of one.
  func row(_ value: ValueID, _ time: Int, of count: Int) -> ValueID? {
    let value = unshaped(value)
    let length = graph.shape(of: value).elementCount
    let source: ValueID
    if count == 1 {
      source = value
    } else {
      guard let (all, begin, _) = run(value), begin == time * length else { return nil }
      source = unshaped(all)
    }
    return graph.shape(of: source).elementCount == count * length ? source : nil
  }

  /// Of which value a slice is, if it is neighbouring elements of it.
  private func run(_ value: ValueID) -> (of: ValueID, begin: Int, length: Int)? {
    guard let node = producer(of: unshaped(value)), case .slice(let slice) = node.operation,
      slice.stride.allSatisfy({ $0 == 1 })
    else { return nil }
    let shape = graph.shape(of: node.inputs[0])
    var (begin, length) = (0, 1)
    // Behind the axis that is cut all is whole, before it there is one element.
    var isCut = false
    for axis in (0..<shape.rank).reversed() {
      if isCut && slice.count[axis] != 1 { return nil }
      begin += slice.begin[axis] * shape.strides[axis]
      length *= slice.count[axis]
      isCut = isCut || slice.count[axis] != shape[axis]
    }
    return (node.inputs[0], begin, length)
  }
}
