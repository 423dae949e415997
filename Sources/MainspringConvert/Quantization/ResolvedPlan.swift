// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A plan as far as it can be carried out.
struct ResolvedPlan {
  private let graph: Graph
  /// By node.
  private(set) var precisions: [NodePrecision]
  /// By graph input: what it is handed in as.
  private(set) var inputTypes: [ElementType]
  private let producers: [Int?]
  private var consumers: [[Int]]

  init(_ plan: QuantizationPlan, _ graph: Graph, _ ranges: Ranges) {
    self.graph = graph
    var producers = [Int?](repeating: nil, count: graph.values.count)
    consumers = [[Int]](repeating: [], count: graph.values.count)
    for (index, node) in graph.nodes.enumerated() {
      producers[node.output] = index
      for operand in node.inputs { consumers[operand].append(index) }
    }
    self.producers = producers
    precisions = zip(graph.nodes, plan.precisions).map { node, wanted in
      ResolvedPlan.finest(node, wanted, ranges, plan)
    }
    inputTypes = graph.inputs.map { _ in .float32 }
    keepSmallFirstLayers()
    growIslands()
    if plan.ports == .native { inputTypes = graph.inputs.map { type(ofInput: $0) } }
    followOperands()
  }

  /// The precision asked for, or the next finer one that there is.
  private static func finest(
    _ node: Node, _ wanted: NodePrecision, _ ranges: Ranges, _ plan: QuantizationPlan
  ) -> NodePrecision {
    let order = NodePrecision.allCases
    let start = order.firstIndex(of: wanted) ?? 0
    for precision in order[start...] where node.operation.supports(precision) {
      switch (precision, node.operation) {
      case (.int8, .lstm(let cell)):
        if ranges.cellScale(of: node.output, clip: cell.cellClip) == nil { continue }
      case (.int8, .gru), (.int8, .simpleRNN), (.int16, .gru), (.int16, .simpleRNN):
        if ranges.steps[node.output] == nil { continue }
      case (.dynamic, _):
        if !node.operation.weights.contains(where: plan.isLarge) { continue }
      default: break
      }
      return precision
    }
    return .float32
  }

  /// Small first layers with float operands keep float weights.
  private mutating func keepSmallFirstLayers() {
    var isRaw = [Bool](repeating: false, count: graph.values.count)
    for input in graph.inputs { isRaw[input] = true }
    for (index, node) in graph.nodes.enumerated() {
      let seesInput = node.inputs.contains { isRaw[$0] }
      if node.operation.keepsScale { isRaw[node.output] = seesInput }
      let count = node.operation.weights.first?.shape.elementCount ?? 0
      if seesInput, precisions[index] == .dynamic, count < ResolvedPlan.smallFirstLayer {
        precisions[index] = .float32
      }
    }
  }

  /// 12 KiB at most are not saved.
  private static let smallFirstLayer = 4096

  /// Cheap operators around one that must stay float do so too: a chain of them, as in a layer
  /// normalization, would only be converted to and fro.
  private mutating func growIslands() {
    var pending = graph.nodes.indices.filter {
      precisions[$0] == .float32 && graph.nodes[$0].operation.weights.isEmpty
        && !graph.nodes[$0].operation.supports(.int8)
    }
    var isSeen = [Bool](repeating: false, count: graph.nodes.count)
    for node in pending { isSeen[node] = true }
    while let node = pending.popLast() {
      for neighbour in neighbours(of: node) where !isSeen[neighbour] {
        let operation = graph.nodes[neighbour].operation
        guard operation.isArithmetic || operation.keepsScale else { continue }
        isSeen[neighbour] = true
        if operation.isArithmetic { precisions[neighbour] = .float32 }
        pending.append(neighbour)
      }
    }
  }

  private func neighbours(of node: Int) -> [Int] {
    graph.nodes[node].inputs.compactMap { producers[$0] } + consumers[graph.nodes[node].output]
  }

  /// What the operators at an input compute with; those that only move elements are looked through.
  private func type(ofInput input: ValueID) -> ElementType {
    guard graph.values[input].elementType == .float32 else {
      return graph.values[input].elementType
    }
    var types: Set<ElementType> = []
    // Where elements are only moved, the plan for what moves them counts.
    var idle: Set<ElementType> = []
    var pending = [input]
    var isSeen: Set<ValueID> = []
    while let value = pending.popLast() {
      if !isSeen.insert(value).inserted { continue }
      for consumer in consumers[value] {
        if graph.nodes[consumer].operation.keepsScale {
          idle.insert(precisions[consumer].elementType)
          pending.append(graph.nodes[consumer].output)
        } else {
          types.insert(precisions[consumer].elementType)
        }
      }
    }
    if types.isEmpty { types = idle }
    if types.contains(.int16) { return .int16 }
    return types.contains(.int8) ? .int8 : .float32
  }

  /// What only moves elements does so in the type they have.
  private mutating func followOperands() {
    for (index, node) in graph.nodes.enumerated() where node.operation.keepsScale {
      let wanted: NodePrecision =
        switch type(of: node.inputs[0]) {
        case .int8: .int8
        case .int16: .int16
        default: .float32
        }
      precisions[index] = node.operation.supports(wanted) ? wanted : .float32
    }
  }

  /// What a value is computed as.
  func type(of value: ValueID) -> ElementType {
    if let producer = producers[value] {
      // Comparisons give booleans in any precision.
      return graph.values[value].elementType == .float32
        ? precisions[producer].elementType : graph.values[value].elementType
    }
    if let index = graph.inputs.firstIndex(of: value) { return inputTypes[index] }
    return graph.values[value].elementType
  }
}

extension QuantizationPlan {
  /// Large enough to be worth a dynamic-range operator.
  func isLarge(_ weights: Tensor) -> Bool {
    weights.shape.rank > 1 && weights.shape.elementCount >= smallestDynamicWeight
  }
}

extension Ranges {
  /// The scale of an LSTM's int16 cell: a power of two, 2⁻¹⁵ to 2⁻⁹.
  ///
  /// - Returns: nil when the cell was not seen or grows beyond 64.
  func cellScale(of value: ValueID, clip: Float) -> Float? {
    guard var magnitude = cells[value], magnitude.isFinite else { return nil }
    if clip > 0 { magnitude = min(magnitude, clip) }
    var bound: Float = 1
    while bound < magnitude { bound *= 2 }
    return bound <= 64 ? bound / 32768 : nil
  }
}
