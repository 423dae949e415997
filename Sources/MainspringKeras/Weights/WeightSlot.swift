// SPDX-License-Identifier: Apache-2.0

/// Where a layer's weights are to be looked for.
struct WeightScope {
  /// The group of a legacy file: the outermost layer's name.
  var group: String
  /// Names of the layers below it, down to the one that owns the weight.
  var names: [String]
  /// The directory in a tree of objects; empty in legacy files.
  var directory: String
  /// `forward` or `backward` inside a Bidirectional layer.
  var direction: String?
  /// Positions of the layers in their models, outermost first: the order of creation.
  var order: [Int]
  var isTrainable: Bool
  /// Enclosing layers and this one, for people.
  var path: String

  /// The same, some steps further into the object.
  func part(_ name: String) -> WeightScope {
    var scope = self
    scope.directory += "/" + name
    return scope
  }
}

/// One array a layer needs.
struct WeightSlot {
  let scope: WeightScope
  /// `kernel`, `gamma`, …
  let variable: String
  /// Other names of it; one that starts with `_` is the end of a Keras 1 name.
  let aliases: [String]
  let shape: [Int]
  /// Updated by the optimizer, unless frozen.
  let isTrainable: Bool
  /// Position among the object's own variables.
  let index: Int
  /// Counted, but of no use to a prediction.
  let isRead: Bool

  /// Whether a stored name's last part means this variable.
  func accepts(_ last: Substring) -> Bool {
    ([variable] + aliases).contains { WeightName.matches(last, $0) }
  }
}

/// Names of stored weights, such as `conv1d/kernel:0` or `dense_1_W`.
enum WeightName {
  /// Parts between slashes, without the output index at the end.
  static func components(_ name: String) -> [Substring] {
    let bare = name.prefix { $0 != ":" }
    return bare.split(separator: "/")
  }

  /// Whether a last part is a variable's name, alone or numbered (`kernel_1`).
  ///
  /// Keras 1 puts the layer's name in front (`dense_1_W`): a variable that starts with `_` is
  /// compared with the end only.
  static func matches(_ part: Substring, _ variable: String) -> Bool {
    if variable.hasPrefix("_") { return part.hasSuffix(variable) }
    if part == variable { return true }
    guard let cut = part.lastIndex(of: "_") else { return false }
    let number = part[part.index(after: cut)...]
    return part[..<cut] == variable && !number.isEmpty && number.allSatisfy { $0.isNumber }
  }
}
