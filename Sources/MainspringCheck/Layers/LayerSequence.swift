// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A graph as the layers it computes, with fused activations apart and what only scales, shifts or
/// moves elements on the way between them.
struct LayerSequence {
  /// Something a layer computes.
  struct Item {
    /// What it is, so that only the same is compared.
    let kind: String
    let node: Int
    /// The value; beyond the graph's values for what a fused activation hides.
    let slot: Int
    let isVisible: Bool
    /// Between layers: it only scales and shifts channels, or moves elements.
    let isBetween: Bool
    /// It moves elements and does nothing else.
    let isMove: Bool
    /// What it is computed from, constants aside.
    let operands: [Int]
  }

  /// A way from one layer to the next, backwards from what the next one reads.
  struct Way {
    var source: Int
    /// Items on the way, in the order they run, and the source's channels as they read there.
    var steps: [(slot: Int, map: ChannelRelation)] = []
    /// The source's channels as the next layer reads them; nil when something mixes them.
    var map: ChannelRelation? = .identity
    var changesChannels: Bool = false
  }

  let graph: Graph
  private(set) var items: [Item] = []
  /// By slot: its item.
  private(set) var itemOfSlot: [Int: Int] = [:]
  private let producers: [ValueID: Int]

  init(_ graph: Graph) {
    self.graph = graph
    var producers: [ValueID: Int] = [:]
    for (index, node) in graph.nodes.enumerated() { producers[node.output] = index }
    self.producers = producers
    let observable = Set(graph.observableNodes.map(\.output))
    for (index, node) in graph.nodes.enumerated() where observable.contains(node.output) {
      append(index, node)
    }
  }

  func name(of item: Item) -> String { graph.values[graph.nodes[item.node].output].name }

  /// What a value is computed from, constants aside; nothing for inputs.
  func operands(of value: ValueID) -> [ValueID] {
    guard let index = producers[value] else { return [] }
    return graph.nodes[index].inputs.filter { graph.values[$0].constant == nil }
  }

  private mutating func append(_ index: Int, _ node: Node) {
    let data = node.inputs.filter { graph.values[$0].constant == nil }
    let hidden = graph.values.count + index
    switch graph.step(of: node) {
    case .copy: break
    case .moved:
      add(node.operation.name, index, node.output, isBetween: true, isMove: true, data)
    case .mapped:
      // Of several in a row the last one counts.
      let isLast = !graph.nodes.contains {
        $0.inputs.contains(node.output) && graph.isMapped($0)
      }
      add(
        isLast ? "scale and shift" : node.operation.name, index, node.output, isBetween: true, data)
    case .layer:
      if origin(ofRows: node) != nil { return }
      guard let (activation, kind) = node.operation.fusedParts else {
        add(node.operation.layerKind, index, node.output, data)
        return
      }
      let operand = add(kind, index, hidden, isVisible: false, data)
      add(activation, index, node.output, [operand])
    }
  }

  @discardableResult
  private mutating func add(
    _ kind: String, _ node: Int, _ slot: Int, isVisible: Bool = true, isBetween: Bool = false,
    isMove: Bool = false, _ operands: [Int]
  ) -> Int {
    itemOfSlot[slot] = items.count
    items.append(
      Item(
        kind: kind, node: node, slot: slot, isVisible: isVisible, isBetween: isBetween,
        isMove: isMove, operands: operands))
    return slot
  }

  /// Back from an operand of a layer to the layer, or the input, that it comes from.
  func way(to operand: Int) -> Way {
    var slots: [(slot: Int, map: ChannelRelation?)] = []
    var source = operand
    while source < graph.values.count, let index = producers[source] {
      let node = graph.nodes[index]
      guard let data = node.inputs.first(where: { graph.values[$0].constant == nil }) else { break }
      switch graph.step(of: node) {
      case .layer:
        guard let origin = origin(ofRows: node) else { return Way(self, from: source, slots) }
        slots.append((source, .identity))
        source = origin
        continue
      case .copy, .moved: slots.append((source, .identity))
      case .mapped(let map): slots.append((source, map))
      }
      source = data
    }
    return Way(self, from: source, slots)
  }
}

extension LayerSequence {
  /// What several shifted views, joined channel after channel, are views of: the rows that a
  /// convolution slides over.
  private func origin(ofRows node: Node) -> ValueID? {
    guard case .concatenate(let x) = node.operation,
      x.axis == graph.shape(of: node.output).rank - 1
    else { return nil }
    var result: ValueID?
    for operand in node.inputs {
      var value = operand
      while let index = producers[value], graph.step(of: graph.nodes[index]).isMove,
        let data = graph.nodes[index].inputs.first(where: { graph.values[$0].constant == nil })
      {
        value = data
      }
      guard result == nil || result == value,
        graph.shape(of: value).rank > 0,
        graph.shape(of: value).channels == graph.shape(of: operand).channels
      else { return nil }
      result = value
    }
    return node.inputs.count > 1 ? result : nil
  }
}

extension LayerSequence.Way {
  /// - Parameter slots: backwards; what each does to the channels.
  fileprivate init(
    _ sequence: LayerSequence, from source: Int, _ slots: [(slot: Int, map: ChannelRelation?)]
  ) {
    self.init(source: source)
    for (slot, step) in slots.reversed() {
      map = step.flatMap { step in map?.followed(by: step) }
      if let step, !step.isIdentity { changesChannels = true }
      if let map, sequence.itemOfSlot[slot] != nil { steps.append((slot, map)) }
    }
  }
}

extension Graph {
  enum Step {
    case layer
    /// The same elements once more.
    case copy
    /// The same elements in other places of the same channel.
    case moved
    case mapped(ChannelRelation)

    fileprivate var isMove: Bool {
      switch self {
      case .copy, .moved: true
      case .layer, .mapped: false
      }
    }
  }

  func isMapped(_ node: Node) -> Bool {
    if case .mapped = step(of: node) { true } else { false }
  }

  /// What a node does to the channels of its operand.
  func step(of node: Node) -> Step {
    let data = node.inputs.filter { values[$0].constant == nil }
    guard data.count == 1, let input = data.first else { return .layer }
    let (from, to) = (values[input].shape, values[node.output].shape)
    let last = from.rank - 1
    switch node.operation {
    case .reshape: return .copy
    case .quantize, .dequantize: return .copy
    case .transpose(let x): return x.permutation.last == last ? .moved : .layer
    case .slice(let x):
      return from.rank > 0 && to.channels == from.channels && x.stride.last == 1 ? .moved : .layer
    case .reverse(let x): return x.axes.contains(last) ? .layer : .moved
    case .pad: return from.rank > 0 && to.channels == from.channels ? .moved : .layer
    case .tile(let x): return x.multiples.last == 1 ? .moved : .layer
    case .concatenate(let x): return x.axis < last ? .copy : .layer
    case .scaleShift(let x):
      guard let scale = x.scale.numbers, let shift = x.shift.numbers else { return .layer }
      return .mapped(ChannelRelation(scale: scale, shift: shift))
    case .binary(let x) where x.activation == .none:
      return map(x.function, node, from, to).map { .mapped($0) } ?? .layer
    default: return .layer
    }
  }

  /// Addition and its like with constants of one element, or one for each channel.
  private func map(
    _ function: Binary.Function, _ node: Node, _ from: Shape, _ to: Shape
  ) -> ChannelRelation? {
    guard node.inputs.count == 2, from == to,
      let position = node.inputs.firstIndex(where: { values[$0].constant != nil }),
      let constant = values[node.inputs[position]].constant, let numbers = constant.numbers,
      numbers.count == 1
        || (to.rank > 0 && constant.shape.rank > 0
          && numbers.count == to.channels && constant.shape.channels == to.channels)
    else { return nil }
    let zeros = numbers.map { _ in 0.0 }
    let ones = numbers.map { _ in 1.0 }
    switch (function, position) {
    case (.add, _): return ChannelRelation(scale: ones, shift: numbers)
    case (.subtract, 1): return ChannelRelation(scale: ones, shift: numbers.map { -$0 })
    case (.subtract, _): return ChannelRelation(scale: ones.map { -$0 }, shift: numbers)
    case (.multiply, _): return ChannelRelation(scale: numbers, shift: zeros)
    case (.divide, 1): return ChannelRelation(scale: numbers.map { 1 / $0 }, shift: zeros)
    default: return nil
    }
  }
}

extension Operator {
  /// What a layer is, without its weights and without how it is stored.
  fileprivate var layerKind: String {
    switch self {
    case .dense, .convolution: "product"
    case .reduce(let x) where x.kind == .mean: "average"
    case .reduce(let x) where x.kind == .maximum: "maximum"
    case .pool(let x): x.kind == .maximum ? "maximum" : "average"
    case .unary(let x): "\(x.function)"
    default: name
    }
  }

  /// A fused activation, and the layer before it; nil when there is none.
  var fusedParts: (activation: String, layer: String)? {
    let activation: FusedActivation
    switch self {
    case .dense(let x): activation = x.activation
    case .convolution(let x): activation = x.activation
    case .transposedConvolution(let x): activation = x.activation
    case .pool(let x): activation = x.activation
    case .binary(let x): activation = x.activation
    default: return nil
    }
    return activation == .none ? nil : ("\(activation)", layerKind)
  }
}

extension LayerSequence {
  /// Behind the addition of a constant that alone reads a product, as TensorFlow's files have the
  /// bias of a dense layer on sequences; the product's own slot without one.
  func shifted(_ slot: Int) -> Int {
    var value = slot
    while true {
      let readers = graph.nodes.filter { $0.inputs.contains(value) }
      guard readers.count == 1, !graph.outputs.contains(value) else { return slot }
      switch graph.step(of: readers[0]) {
      case .copy, .moved: value = readers[0].output
      case .mapped:
        guard case .binary(let step) = readers[0].operation, step.function == .add,
          graph.shape(of: readers[0].output).elementCount == graph.shape(of: value).elementCount
        else { return slot }
        return readers[0].output
      case .layer: return slot
      }
    }
  }
}

extension Operator {
  /// The layer adds a constant to its products.
  var hasBias: Bool {
    switch self {
    case .dense(let layer): layer.bias != nil
    case .convolution(let layer): layer.bias != nil
    default: false
    }
  }
}
