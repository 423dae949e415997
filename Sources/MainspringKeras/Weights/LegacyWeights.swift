// SPDX-License-Identifier: Apache-2.0

/// Weights in one group per outermost layer, with a list of names.
struct LegacyWeights {
  let table: WeightTable

  private var root: String { table.kind == .legacyModel ? "/model_weights" : "" }

  /// Names of the groups, one for each outermost layer.
  var groups: [String]? { table.attribute(root.isEmpty ? "/" : root, "layer_names") }

  /// Names and shapes of a group's weights in the order of its list.
  func weights(of group: String) -> [(name: String, shape: [Int])] {
    let names = table.attribute("\(root)/\(group)", "weight_names") ?? []
    return names.map { ($0, table.shapes[path(group, $0)] ?? [-1]) }
  }

  private func path(_ group: String, _ name: String) -> String { "\(root)/\(group)/\(name)" }

  /// Paths by slot.
  ///
  /// - Throws: ``KerasError`` when a group is missing or unknown, or when its weights are not
  ///   exactly those the layer needs.
  func bind(_ slots: [WeightSlot], model: ModelConfig) throws(KerasError) -> [String] {
    guard let groups else {
      throw .architecture(
        place: "weights", expected: "an attribute 'layer_names'", found: "none")
    }
    var members: [String: [Int]] = [:]
    for (index, slot) in slots.enumerated() { members[slot.scope.group, default: []].append(index) }
    let known = Set(groups)
    for group in members.keys.sorted() where !known.contains(group) {
      throw .weights(layer: group, expected: "a group of weights", found: "none")
    }
    var paths = [String](repeating: "", count: slots.count)
    for group in groups {
      let needed = members[group] ?? []
      let stored = weights(of: group)
      guard needed.count == stored.count else {
        throw .weights(
          layer: group, expected: "\(needed.count) weights", found: "\(stored.count)")
      }
      for (slot, name) in zip(needed, try match(needed.map { slots[$0] }, stored, group)) {
        paths[slot] = path(group, name)
      }
    }
    let extra = table.attribute("\(root)/top_level_model_weights", "weight_names") ?? []
    guard extra.isEmpty else {
      throw .weights(
        layer: "top_level_model_weights", expected: "0 weights", found: "\(extra.count)")
    }
    return paths
  }

  /// The stored name for each slot of a group, in the order of the slots.
  private func match(
    _ slots: [WeightSlot], _ stored: [(name: String, shape: [Int])], _ group: String
  ) throws(KerasError) -> [String] {
    if let names = byName(slots, stored) { return names }
    // The order of the file: what is trained first, then what is not, each by layer.
    let sorted = slots.indices.sorted { a, b in
      if slots[a].isTrainable != slots[b].isTrainable { return slots[a].isTrainable }
      if slots[a].scope.order != slots[b].scope.order {
        return slots[a].scope.order.lexicographicallyPrecedes(slots[b].scope.order)
      }
      return a < b
    }
    var names = [String](repeating: "", count: slots.count)
    for (index, candidate) in zip(sorted, stored) {
      let slot = slots[index]
      let last = WeightName.components(candidate.name).last ?? ""
      guard slot.accepts(last), slot.shape == candidate.shape else {
        throw .weights(
          layer: slot.scope.path, expected: "'\(slot.variable)' \(slot.shape)",
          found: "'\(candidate.name)' \(candidate.shape)")
      }
      names[index] = candidate.name
    }
    return names
  }

  /// Names that fit by layer, variable and shape, when that leaves exactly one for each slot.
  private func byName(
    _ slots: [WeightSlot], _ stored: [(name: String, shape: [Int])]
  ) -> [String]? {
    let components = stored.map { WeightName.components($0.name) }
    var used = Set<Int>()
    var result: [String] = []
    for slot in slots {
      var candidates = stored.indices.filter { index in
        let parts = components[index]
        guard stored[index].shape == slot.shape, let last = parts.last, slot.accepts(last) else {
          return false
        }
        guard let direction = slot.scope.direction else { return true }
        return parts.contains { $0.hasPrefix(direction) }
      }
      // Keras 2 names the innermost layer only; the outer ones tell equals apart where present.
      for name in slot.scope.names.reversed() {
        let narrower = candidates.filter { components[$0].dropLast().contains { $0 == name } }
        if narrower.isEmpty && name == slot.scope.names.last { return nil }
        if !narrower.isEmpty { candidates = narrower }
      }
      guard candidates.count == 1, used.insert(candidates[0]).inserted else { return nil }
      result.append(stored[candidates[0]].name)
    }
    return result
  }
}
