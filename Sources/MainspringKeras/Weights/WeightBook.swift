// SPDX-License-Identifier: Apache-2.0

/// Hands out the arrays layers ask for.
///
/// Loading runs the layers twice. The first time only collects what they need, against the shapes
/// the file declares, and answers with zeros; then every need is bound to one stored array, and
/// what is left over is an error. Only the second time reads.
final class WeightBook {
  let table: WeightTable
  private(set) var slots: [WeightSlot] = []
  private var slotOfKey: [String: Int] = [:]
  private var nextIndex: [String: Int] = [:]
  private var elementCount = 0
  private var groups: [String: [(last: Substring, shape: [Int])]] = [:]
  /// Paths by slot, once bound.
  private var paths: [String]?

  /// 1 GiB of floats, far beyond any model that runs on a watch.
  private static let maximumElementCount = 1 << 28

  init(table: WeightTable) { self.table = table }

  /// All elements layers asked for so far.
  var parameterCount: Int { elementCount }

  /// An array of exactly this shape.
  ///
  /// - Throws: ``KerasError/weights(layer:expected:found:)`` when the file has none.
  func floats(
    _ variable: String, _ shape: [Int], aliases: [String] = [], trainable: Bool = true,
    read: Bool = true, in scope: WeightScope
  ) throws(KerasError) -> [Float] {
    let key = "\(scope.path)\u{0}\(scope.directory)\u{0}\(scope.direction ?? "")\u{0}\(variable)"
    if let known = slotOfKey[key] {
      let slot = slots[known]
      guard slot.shape == shape else {
        throw .weights(
          layer: scope.path, expected: "'\(variable)' of one shape in every call",
          found: "\(slot.shape) and \(shape)")
      }
      if let paths { return read ? try table.floats(paths[known], shape) : [] }
    } else {
      let directory = scope.directory
      let slot = WeightSlot(
        scope: scope, variable: variable, aliases: aliases, shape: shape,
        isTrainable: trainable && scope.isTrainable, index: nextIndex[directory, default: 0],
        isRead: read)
      try check(slot)
      nextIndex[directory, default: 0] += 1
      slotOfKey[key] = slots.count
      slots.append(slot)
    }
    return read ? Array(repeating: 0, count: shape.reduce(1, *)) : []
  }

  /// The shape among some that a legacy file has for a variable; the first when it has none.
  func storedShape(
    of variable: String, aliases: [String] = [], among shapes: [[Int]], in scope: WeightScope
  ) -> [Int] {
    guard !table.kind.isTree else { return shapes[0] }
    let probe = WeightSlot(
      scope: scope, variable: variable, aliases: aliases, shape: [], isTrainable: true, index: 0,
      isRead: false)
    let candidates = stored(near: probe).filter { probe.accepts($0.last) }
    return shapes.first { shape in candidates.contains { $0.shape == shape } } ?? shapes[0]
  }

  /// Whether a legacy file has a weight of this name in the layer's group.
  func isStored(_ variable: String, in scope: WeightScope) -> Bool {
    guard !table.kind.isTree else { return false }
    return group(scope.group).contains { WeightName.matches($0.last, variable) }
  }

  /// Groups of a legacy file; none in a tree of objects.
  var groupNames: [String] { table.kind.isTree ? [] : legacy.groups ?? [] }

  /// Binds every slot to an array and refuses what is left over.
  func bind(_ model: ModelConfig) throws(KerasError) {
    paths =
      table.kind.isTree
      ? try WeightTree(table: table).bind(slots) : try legacy.bind(slots, model: model)
  }

  private var legacy: LegacyWeights { LegacyWeights(table: table) }

  private func stored(near slot: WeightSlot) -> [(last: Substring, shape: [Int])] {
    if table.kind.isTree {
      let path = WeightTree.path(of: slot)
      guard let shape = table.shapes[path] else { return [] }
      return [(last: "", shape: shape)]
    }
    return group(slot.scope.group)
  }

  /// Last parts and shapes of a legacy group's weights.
  private func group(_ name: String) -> [(last: Substring, shape: [Int])] {
    if let known = groups[name] { return known }
    var list: [(last: Substring, shape: [Int])] = []
    for (name, shape) in legacy.weights(of: name) {
      list.append((WeightName.components(name).last ?? "", shape))
    }
    groups[name] = list
    return list
  }

  /// Nothing is allocated for a weight before the file declares one of its shape.
  private func check(_ slot: WeightSlot) throws(KerasError) {
    let near = stored(near: slot)
    guard near.contains(where: { $0.shape == slot.shape }) else {
      let same = near.filter { slot.accepts($0.last) || table.kind.isTree }
      throw .weights(
        layer: slot.scope.path, expected: "'\(slot.variable)' \(slot.shape)",
        found: same.isEmpty
          ? "no such weight" : same.map { "\($0.shape)" }.joined(separator: " and "))
    }
    let count = slot.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    elementCount += slot.isRead ? count : 0
    guard elementCount <= WeightBook.maximumElementCount else {
      throw .weights(
        layer: slot.scope.path, expected: "at most \(WeightBook.maximumElementCount) weights",
        found: "more")
    }
  }
}
