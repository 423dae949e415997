// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// How the items of a sequence are connected.
///
/// A place is the index of an item, or behind all items that of an input, and behind these that of
/// an output.
struct LayerPaths {
  let sequence: LayerSequence
  /// By item: the nearest layers, or inputs, it is computed from, without steps between layers.
  private(set) var sources: [Set<Int>] = []
  /// By item: the nearest layers, or outputs, that read it.
  private(set) var readers: [Set<Int>] = []
  /// By item: all items it is computed from.
  private(set) var above: [IndexSet] = []
  /// By item: all items computed from it.
  private(set) var below: [IndexSet] = []

  var items: [LayerSequence.Item] { sequence.items }
  func input(_ index: Int) -> Int { items.count + index }
  func output(_ index: Int) -> Int { items.count + sequence.graph.inputs.count + index }

  init(_ sequence: LayerSequence) {
    self.sequence = sequence
    let count = sequence.items.count
    readers = Array(repeating: [], count: count)
    below = Array(repeating: IndexSet(count: count), count: count)
    for (index, item) in items.enumerated() {
      let parents = item.operands.reduce(into: Set<Int>()) { $0.formUnion(places(of: $1)) }
      sources.append(layers(parents))
      var all = IndexSet(count: count)
      for parent in parents where parent < count {
        all.insert(parent)
        all.formUnion(above[parent])
      }
      for index in all.indices { below[index].insert(above.count) }
      above.append(all)
      if !item.isBetween { read(from: sources[index], parents, by: index) }
    }
    for (index, value) in sequence.graph.outputs.enumerated() {
      let parents = places(of: value)
      read(from: layers(parents), parents, by: output(index))
    }
  }

  /// A layer reads the layers it comes from and the steps on the way.
  private mutating func read(from sources: Set<Int>, _ parents: Set<Int>, by reader: Int) {
    for source in sources where source < items.count { readers[source].insert(reader) }
    var steps = parents.filter { $0 < items.count && items[$0].isBetween }
    while let step = steps.popFirst() {
      if !readers[step].insert(reader).inserted { continue }
      for operand in items[step].operands {
        steps.formUnion(places(of: operand).filter { $0 < items.count && items[$0].isBetween })
      }
    }
  }

  /// What a slot holds: an item or an input, or several of them joined.
  private func places(of slot: Int) -> Set<Int> {
    var result: Set<Int> = []
    var open = [slot]
    var seen: Set<Int> = []
    while let slot = open.popLast() {
      guard seen.insert(slot).inserted else { continue }
      if let item = sequence.itemOfSlot[slot] {
        result.insert(item)
      } else if let index = sequence.graph.inputs.firstIndex(of: slot) {
        result.insert(input(index))
      } else {
        open += sequence.operands(of: slot)
      }
    }
    return result
  }

  private func layers(_ places: Set<Int>) -> Set<Int> {
    places.reduce(into: Set<Int>()) { result, place in
      if place < items.count, items[place].isBetween {
        result.formUnion(sources[place])
      } else {
        result.insert(place)
      }
    }
  }
}
