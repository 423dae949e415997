// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which values of two models stand for the same, and how their channels relate.
///
/// A conversion may give the channels of a layer another scale that the weights of the next layer
/// take back, and move a batch normalization from one side of a layer to another. Values between
/// the two then differ, and nothing is wrong. What holds is told by the weights, never by the
/// values: of the ways in which channels can relate, the one counts that makes the weights of the
/// layer that reads them the same in both models. Without a reason in the weights values are
/// expected to be equal.
struct LayerRelations {
  /// How a value of the reference is compared.
  enum Comparison {
    case with(ValueID, ChannelRelation)
    /// There is nothing to compare it with, for this reason.
    case none(String)
  }

  /// A way in which two values may relate, and what it says of those on the way to them.
  private struct Hypothesis {
    var relation: ChannelRelation = .identity
    var trail: [(slot: Int, comparison: Trail)] = []
  }

  private enum Trail {
    case with(slot: Int, ChannelRelation)
    /// The other model has no such step: the weights of the layer that reads it hold it.
    case folded
    /// The other model's layer computes what follows as well.
    case merged
  }

  /// By value of the reference.
  private(set) var comparisons: [ValueID: Comparison] = [:]
  private let matching: LayerMatching
  private var reference: LayerSequence { matching.reference }
  private var other: LayerSequence { matching.other }
  /// By slot of the reference: layers that read it.
  private var readerCounts: [Int: Int] = [:]
  /// By slot of the reference: the other model's, and what may hold between the two.
  private var open: [Int: (other: Int, hypotheses: [Hypothesis])] = [:]

  /// - Complexity: O(layers · layers · channels + weights).
  init(_ referenceGraph: Graph, _ otherGraph: Graph) {
    matching = LayerMatching(referenceGraph, otherGraph)
    for operand in matching.reference.items.filter({ !$0.isBetween }).flatMap(\.operands) {
      readerCounts[matching.reference.way(to: operand).source, default: 0] += 1
    }
    for (input, counterpart) in zip(referenceGraph.inputs, otherGraph.inputs) {
      open[input] = (counterpart, [Hypothesis()])
    }
    for (left, right) in matching.pairs {
      let (item, counterpart) = (reference.items[left], other.items[right])
      if !item.isBetween { relate(item, counterpart) }
    }
    for slot in open.keys.sorted() { settle(slot, reader: nil) }
    for (left, right) in matching.pairs where comparisons[reference.items[left].slot] == nil {
      // Behind the last layer, or between layers of which one has no counterpart.
      let (item, counterpart) = (reference.items[left], other.items[right])
      record(item.slot, .with(slot: counterpart.slot, .identity), reader: nil)
    }
    pairNamesakes()
    for item in reference.items
    where item.isVisible && !item.isMove && comparisons[item.slot] == nil {
      comparisons[item.slot] = Comparison.none("no layer of its own in the other model")
    }
    // Results are the same whatever led there, also those that are only copied there.
    let mine = Set(referenceGraph.observableNodes.map(\.output))
    let others = Set(otherGraph.observableNodes.map(\.output))
    for (output, counterpart) in zip(referenceGraph.outputs, otherGraph.outputs)
    where mine.contains(output) && others.contains(counterpart) {
      comparisons[output] = .with(counterpart, .identity)
    }
  }

  /// Layers of one name and the same extents are compared though they are of another kind: one of
  /// them is wrong.
  private mutating func pairNamesakes() {
    let taken = Set(matching.pairs.map(\.other))
    var namesakes: [String: LayerSequence.Item] = [:]
    for (index, item) in other.items.enumerated()
    where item.isVisible && !item.isBetween && !taken.contains(index) {
      namesakes[other.name(of: item)] = item
    }
    for item in reference.items
    where item.isVisible && !item.isBetween && comparisons[item.slot] == nil {
      guard let counterpart = namesakes[reference.name(of: item)],
        reference.graph.shape(of: item.slot) == other.graph.shape(of: counterpart.slot)
      else { continue }
      comparisons[item.slot] = .with(counterpart.slot, .identity)
    }
  }

  private mutating func relate(_ item: LayerSequence.Item, _ counterpart: LayerSequence.Item) {
    let (node, otherNode) = (
      reference.graph.nodes[item.node], other.graph.nodes[counterpart.node]
    )
    let start: (slot: Int, comparison: Trail) = (
      item.slot,
      .with(
        slot: node.operation.hasBias && !otherNode.operation.hasBias
          ? other.shifted(counterpart.slot) : counterpart.slot, .identity)
    )
    var result = [Hypothesis(trail: [start])]
    if item.operands.count == 1, counterpart.operands.count == 1 {
      let hypotheses = arriving(item, counterpart)
      let isProduct = item.kind == "product" || item.kind == reference.graph.recurrentKind(node)
      if isProduct, let mine = WeightRows(node.operation),
        let others = WeightRows(otherNode.operation), mine.hasLayout(of: others)
      {
        let likely = likely(hypotheses, mine, others)
        if likely.count > 1, mine.readsSingleChannels {
          // Whoever reads the result decides.
          result = likely.map { hypothesis in
            var carried = hypothesis
            carried.relation = mine.scale(others, through: hypothesis.relation) ?? .identity
            carried.trail.append((item.slot, .with(slot: counterpart.slot, carried.relation)))
            return carried
          }
          if !result.contains(where: \.relation.isIdentity) {
            result.append(Hypothesis(trail: likely[0].trail + [start]))
          }
          open[reference.way(to: item.operands[0]).source] = nil
        } else {
          let chosen = likely.first ?? Hypothesis()
          settle(item, chosen)
          if let relation = mine.scale(others, through: chosen.relation) {
            result.append(
              Hypothesis(
                relation: relation,
                trail: [(item.slot, .with(slot: counterpart.slot, relation))]))
          }
        }
      } else {
        let passing = hypotheses.compactMap { passed($0, item, counterpart) }
        if passing.isEmpty {
          settle(item, hypotheses.first { $0.relation.isIdentity } ?? Hypothesis())
        } else {
          // Whoever reads the result decides.
          result = passing
          open[reference.way(to: item.operands[0]).source] = nil
        }
      }
    } else {
      for operand in item.operands {
        settle(reference.way(to: operand).source, reader: reference.name(of: item))
      }
    }
    open[item.slot] = (counterpart.slot, result)
    // What several layers read nobody scales.
    if (readerCounts[item.slot] ?? 0) > 1 { settle(item.slot, reader: nil) }
  }

  /// What may hold between the operands of two layers.
  private func arriving(
    _ item: LayerSequence.Item, _ counterpart: LayerSequence.Item
  ) -> [Hypothesis] {
    let way = reference.way(to: item.operands[0])
    let otherWay = other.way(to: counterpart.operands[0])
    guard let start = open[way.source], start.other == otherWay.source, let map = way.map,
      let otherMap = otherWay.map
    else { return [Hypothesis()] }
    let pairs = stepPairs(way, otherWay)
    var result: [Hypothesis] = []
    // What is read is the same.
    if let first = start.hypotheses.first(where: { $0.relation.isIdentity }) {
      var ends = first
      if way.changesChannels && !otherWay.changesChannels {
        ends.trail.append((way.source, .merged))
        for step in way.steps { ends.trail.append((step.slot, .folded)) }
        if let last = way.steps.last {
          ends.trail.append((last.slot, .with(slot: otherWay.source, .identity)))
        }
      } else if otherWay.changesChannels && !way.changesChannels {
        let last = otherWay.steps.last?.slot ?? otherWay.source
        ends.trail.append((way.source, .with(slot: last, .identity)))
      } else {
        for pair in pairs {
          ends.trail.append((pair.left.slot, .with(slot: pair.right.slot, .identity)))
        }
      }
      result.append(ends)
    }
    // What is computed is the same, or scaled, and one of the models does on the way to the next
    // layer what the other one does in it.
    let back = otherMap.inverse
    for hypothesis in start.hypotheses
    where !hypothesis.relation.isIdentity || way.changesChannels || otherWay.changesChannels {
      // The same on both ways; rounding would make another relation of it.
      if hypothesis.relation.isIdentity && map == otherMap { continue }
      guard let relation = back.followed(by: hypothesis.relation)?.followed(by: map) else {
        continue
      }
      var carried = hypothesis
      carried.relation = relation
      for pair in pairs {
        guard
          let there = pair.right.map.inverse.followed(by: hypothesis.relation)?.followed(
            by: pair.left.map)
        else { continue }
        carried.trail.append((pair.left.slot, .with(slot: pair.right.slot, there)))
      }
      for step in way.steps where !pairs.contains(where: { $0.left.slot == step.slot }) {
        carried.trail.append((step.slot, .folded))
      }
      result.append(carried)
      // Folded into the layer before and scaled there.
      if !relation.isScaling {
        var scaled = carried
        scaled.relation = relation.scaling
        scaled.trail.append((way.source, .merged))
        if let last = way.steps.last {
          scaled.trail.append((last.slot, .with(slot: otherWay.source, relation.scaling)))
        }
        result.append(scaled)
      }
    }
    // Each is asked about once, and of more than this there are none in models that somebody made.
    var seen: Set<ChannelRelation> = []
    return Array(result.filter { seen.insert($0.relation).inserted }.prefix(8))
  }

  private func stepPairs(
    _ way: LayerSequence.Way, _ otherWay: LayerSequence.Way
  ) -> [(left: (slot: Int, map: ChannelRelation), right: (slot: Int, map: ChannelRelation))] {
    way.steps.compactMap { step in
      guard let item = reference.itemOfSlot[step.slot],
        let pair = matching.pairs.first(where: { $0.reference == item }),
        let there = otherWay.steps.first(where: { $0.slot == other.items[pair.other].slot })
      else { return nil }
      return (step, there)
    }
  }

  /// Of all that may hold those that leave the least of the weights unexplained; equality first,
  /// where that is as good.
  private func likely(
    _ hypotheses: [Hypothesis], _ mine: WeightRows, _ others: WeightRows
  ) -> [Hypothesis] {
    let residuals = hypotheses.map { mine.residual(others, through: $0.relation) ?? .infinity }
    let least = residuals.min() ?? .infinity
    if least == .infinity { return Array(hypotheses.prefix(1)) }
    // Twice the square of what rounding leaves is rounding.
    return hypotheses.indices.filter { residuals[$0] <= 2 * least + 1e-9 }.map { hypotheses[$0] }
  }

  /// What holds behind layers that keep channels apart; nil when the relation does not pass.
  private func passed(
    _ hypothesis: Hypothesis, _ item: LayerSequence.Item, _ counterpart: LayerSequence.Item
  ) -> Hypothesis? {
    let relation = hypothesis.relation
    let node = reference.graph.nodes[item.node]
    let isPassed =
      switch item.kind {
      case "maximum": relation.isRising
      case "average": true
      case "relu": relation.isRising && relation.isScaling
      default: relation.isIdentity
      }
    let channels = reference.graph.shape(of: node.output)
    guard isPassed, relation.isIdentity || (channels.rank > 0 && relation.fits(channels.channels)),
      reference.graph.keepsChannels(node)
    else { return nil }
    var result = hypothesis
    result.trail.append((item.slot, .with(slot: counterpart.slot, relation)))
    return result
  }

  private mutating func settle(_ item: LayerSequence.Item, _ hypothesis: Hypothesis) {
    for entry in hypothesis.trail {
      record(entry.slot, entry.comparison, reader: reference.name(of: item))
    }
    let source = reference.way(to: item.operands[0]).source
    if let counterpart = open[source]?.other { open[source] = (counterpart, [Hypothesis()]) }
  }

  /// Nobody says how the values are read: equal, if they can be.
  private mutating func settle(_ slot: Int, reader: String?) {
    guard let (counterpart, hypotheses) = open[slot] else { return }
    let chosen = hypotheses.first { $0.relation.isIdentity } ?? hypotheses.first
    for entry in chosen?.trail ?? [] { record(entry.slot, entry.comparison, reader: reader) }
    open[slot] = (counterpart, [Hypothesis()])
  }

  private mutating func record(_ slot: Int, _ trail: Trail, reader: String?) {
    guard let item = reference.itemOfSlot[slot], reference.items[item].isVisible else { return }
    switch trail {
    case .folded:
      comparisons[slot] = Comparison.none(reader.map { "folded into '\($0)'" } ?? "folded away")
    case .merged: comparisons[slot] = Comparison.none("one with the step behind it")
    case .with(let there, let relation):
      guard there < other.graph.values.count else { return }
      comparisons[slot] = .with(there, relation)
    }
  }
}

extension Graph {
  fileprivate func recurrentKind(_ node: Node) -> String? {
    switch node.operation {
    case .lstm, .gru, .simpleRNN, .transposedConvolution: node.operation.name
    default: nil
    }
  }

  /// Channels of the result are those of the operand.
  fileprivate func keepsChannels(_ node: Node) -> Bool {
    switch node.operation {
    case .reduce(let x):
      return !x.axes.contains(shape(of: node.inputs[0]).rank - 1)
    default: return true
    }
  }
}

extension WeightRows {
  /// The scale of the result's channels, as far as the weights have one.
  fileprivate func scale(_ other: WeightRows, through relation: ChannelRelation) -> ChannelRelation?
  {
    guard givesChannels, let factors = factors(other, through: relation),
      factors.contains(where: { abs($0 - 1) > 1e-4 })
    else { return nil }
    return ChannelRelation(scale: factors.map { 1 / $0 }, shift: factors.map { _ in 0 })
  }
}
