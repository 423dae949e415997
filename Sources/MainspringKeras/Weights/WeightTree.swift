// SPDX-License-Identifier: Apache-2.0

/// Weights arranged as the objects of the model: `/layers/lstm_1/cell/vars/0`.
struct WeightTree {
  let table: WeightTable

  static func path(of slot: WeightSlot) -> String { "\(slot.scope.directory)/vars/\(slot.index)" }

  /// The directory of the model itself: the root, or one group that some writers put around it.
  func root() -> String {
    if hasLayers("") { return "" }
    let tops = Set(table.shapes.keys.compactMap { $0.split(separator: "/").first }.map(String.init))
    for top in tops.sorted() where hasLayers("/" + top) { return "/" + top }
    return ""
  }

  private func hasLayers(_ directory: String) -> Bool {
    WeightTree.containers.contains { name in
      let prefix = "\(directory)/\(name)/"
      return table.shapes.keys.contains { $0.hasPrefix(prefix) }
    }
  }

  /// What different versions call the group of a model's layers.
  private static let containers = ["layers", "_layer_checkpoint_dependencies"]

  /// Directories of a model's layers, by layer name.
  ///
  /// Keys come from the class, counted; where the file carries names of its own and they are
  /// those of the architecture, names decide.
  func directories(of model: ModelConfig, at directory: String) -> [String: String] {
    var container = "\(directory)/layers"
    for name in WeightTree.containers {
      let prefix = "\(directory)/\(name)/"
      if table.shapes.keys.contains(where: { $0.hasPrefix(prefix) }) {
        container = "\(directory)/\(name)"
        break
      }
    }
    var members: [String: [String]] = [:]
    for layer in model.storedLayers {
      members[SnakeCase.name(of: layer.kind), default: []].append(layer.name)
    }
    var result: [String: String] = [:]
    for (key, names) in members {
      let slots = names.indices.map { "\(container)/\(key)" + ($0 == 0 ? "" : "_\($0)") }
      var byName: [String: String] = [:]
      for slot in slots {
        if let name = table.attribute(slot + "/vars", "name")?.first { byName[name] = slot }
      }
      let namesAgree = byName.count == names.count && names.allSatisfy { byName[$0] != nil }
      for (index, name) in names.enumerated() {
        result[name] = namesAgree ? byName[name] : slots[index]
      }
    }
    return result
  }

  /// Paths by slot; shapes were compared when the slots were made.
  func bind(_ slots: [WeightSlot]) throws(KerasError) -> [String] {
    let paths = slots.map { WeightTree.path(of: $0) }
    let used = Set(paths)
    let unused = table.shapes.keys.filter { !used.contains($0) && !isBookkeeping($0) }.sorted()
    if let first = unused.first {
      throw .weights(
        layer: String(first.dropFirst()), expected: "\(used.count) weights in all",
        found: "\(unused.count) that no layer of the architecture uses")
    }
    return paths
  }

  /// State of training and of random generators.
  private func isBookkeeping(_ path: String) -> Bool {
    path.split(separator: "/").contains { part in
      part == "optimizer" || part.hasSuffix("metrics") || part.hasPrefix("seed_generator")
        || part == "_layer_call_argument_specs"
    }
  }
}
