// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which values share scale and zero point, and what these are.
///
/// Operators that move elements cannot rescale them, so that operand and result form a group, and
/// groups that meet in one operator become one. An operator with several operands draws their
/// groups into its own, except for two that stay apart and are requantized: results whose scale
/// the kernel fixes, and the state of an LSTM or GRU when others take part, because its recurrence
/// would suffer from their range.
struct ScaleGroups {
  private var parents: [ValueID]
  /// By root.
  private var fixed: [ValueID: Operator] = [:]
  private var hasState: Set<ValueID> = []
  private var chosen: [Bounds?]
  private var seen: [Bounds?]

  init(_ graph: Graph, _ plan: ResolvedPlan, _ ranges: Ranges) {
    parents = Array(graph.values.indices)
    chosen = ranges.chosen
    seen = ranges.seen
    for (index, node) in graph.nodes.enumerated() {
      let isInteger = plan.precisions[index].elementType != .float32
      if isInteger, node.operation.fixedResult(of: .int8) != nil {
        fixed[node.output] = node.operation
      }
      if node.operation.hasState, isInteger { hasState.insert(node.output) }
      if case .pad(let x) = node.operation, x.value != 0, isInteger {
        include(x.value, in: node.output)
      }
      if isInteger, node.operation.keepsScale { unite(node.inputs[0], node.output) }
    }
    for (index, node) in graph.nodes.enumerated()
    where node.operation.joinsScales && plan.precisions[index].elementType != .float32 {
      join(node, graph)
    }
  }

  private mutating func join(_ node: Node, _ graph: Graph) {
    for operand in node.inputs {
      if let constant = graph.values[operand].constant, let floats = constant.floats {
        for value in floats where value.isFinite { include(value, in: node.output) }
      }
    }
    let computed = node.inputs.filter { graph.values[$0].constant == nil }
    let allHaveState = computed.allSatisfy { hasState.contains(root(of: $0)) }
    let roots = Set(computed.map { root(of: $0) })
    if roots.count == 1, let only = computed.first, computed.count == node.inputs.count {
      unite(only, node.output)
      return
    }
    for operand in computed {
      let group = root(of: operand)
      if fixed[group] != nil { continue }
      if hasState.contains(group), !allHaveState { continue }
      unite(operand, node.output)
    }
  }

  func root(of value: ValueID) -> ValueID {
    var value = value
    while parents[value] != value { value = parents[value] }
    return value
  }

  private mutating func unite(_ a: ValueID, _ b: ValueID) {
    let (a, b) = (root(of: a), root(of: b))
    if a == b { return }
    // The smaller index is the root: the value that is computed first.
    let (kept, gone) = (min(a, b), max(a, b))
    parents[gone] = kept
    chosen[kept] = ScaleGroups.union(chosen[kept], chosen[gone])
    seen[kept] = ScaleGroups.union(seen[kept], seen[gone])
    if let operation = fixed.removeValue(forKey: gone) { fixed[kept] = operation }
    if hasState.remove(gone) != nil { hasState.insert(kept) }
  }

  private mutating func include(_ value: Float, in id: ValueID) {
    let group = root(of: id)
    let point = Bounds(lower: value, upper: value)
    chosen[group] = ScaleGroups.union(chosen[group], point)
    seen[group] = ScaleGroups.union(seen[group], point)
  }

  private static func union(_ a: Bounds?, _ b: Bounds?) -> Bounds? {
    guard let a else { return b }
    guard let b else { return a }
    return a.union(b)
  }

  /// What a value is as integers of a type; nil when its range is not known.
  func type(of value: ValueID, as elementType: ElementType) -> ValueType? {
    let group = root(of: value)
    if let operation = fixed[group] { return operation.fixedResult(of: elementType) }
    switch elementType {
    case .int8: return chosen[group].map { .int8(covering: $0) }
    case .int16: return seen[group].map { .int16(covering: $0) }
    default: return nil
    }
  }
}

extension Operator {
  /// The result is a state that the operator reads again.
  fileprivate var hasState: Bool {
    switch self {
    case .lstm, .gru: true
    default: false
    }
  }
}

extension ValueType {
  /// int8 that represents zero exactly and the range as finely as then possible.
  static func int8(covering bounds: Bounds) -> ValueType {
    let range = bounds.includingZero
    let scale = Float((Double(range.upper) - Double(range.lower)) / 255)
    // Nothing but zeros, or next to it: any scale does.
    guard scale >= smallestScale, scale.isFinite else { return .int8(scale: 1, zeroPoint: 0) }
    let zero = (-128 - Double(range.lower) / Double(scale)).rounded()
    return .int8(scale: scale, zeroPoint: Int64(min(max(zero, -128), 127)))
  }

  static func int16(covering bounds: Bounds) -> ValueType {
    let scale = bounds.magnitude / 32767
    // Any scale does for zeros, but sums refuse one that is very large beside the others.
    return .int16(scale: scale >= smallestScale ? scale : 1 / 32768)
  }

  /// Products of scales stay far from where floats lose precision.
  static let smallestScale: Float = 1e-12
}
