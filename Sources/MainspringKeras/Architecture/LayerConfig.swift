// SPDX-License-Identifier: Apache-2.0

/// One layer of the architecture: class, name, settings and calls.
///
/// It remembers which settings were asked for, so that those nobody understood can be named.
final class LayerConfig {
  /// The class, in the terms of Keras 2 and 3.
  let kind: String
  let name: String
  /// Names of the enclosing models and of this layer, joined by `/`.
  let path: String
  let settings: JSON.Object
  /// A function of tensors that the functional API recorded, not a layer.
  let isOperation: Bool
  /// Neither the layer nor a model around it is frozen.
  let isTrainable: Bool
  /// What `build` was called with, when the file tells.
  let buildShape: JSON?
  /// The layers inside, for a nested model.
  let model: ModelConfig?
  /// The layer's calls in a functional model; one in a sequential model.
  var calls: [Invocation] = []

  private(set) var knownKeys: Set<String> = []

  init(
    kind: String, name: String, path: String, settings: JSON.Object, isOperation: Bool,
    isTrainable: Bool, buildShape: JSON?, model: ModelConfig?
  ) {
    self.kind = kind
    self.name = name
    self.path = path
    self.settings = settings
    self.isOperation = isOperation
    self.isTrainable = isTrainable
    self.buildShape = buildShape
    self.model = model
  }

  /// A setting; nil when absent or null.
  func value(_ key: String) -> JSON? {
    knownKeys.insert(key)
    guard let value = settings[key], !value.isNull else { return nil }
    return value
  }

  /// The first of several spellings of a setting.
  func value(_ keys: [String]) -> JSON? {
    var found: JSON?
    for key in keys {
      let value = value(key)
      if found == nil { found = value }
    }
    return found
  }

  func failure(_ key: String, _ expected: String, _ found: JSON?) -> KerasError {
    .setting(
      layer: path, key: key, expected: expected, found: found.map { "\($0)" } ?? "nothing")
  }
}

// MARK: - Typed settings

extension LayerConfig {
  /// A whole number in a range wide enough for anything real.
  func integer(_ key: String, default fallback: Int? = nil) throws(KerasError) -> Int {
    guard let value = value(key) else {
      if let fallback { return fallback }
      throw failure(key, "a whole number", nil)
    }
    guard let number = value.integer, number.magnitude <= 1 << 28 else {
      throw failure(key, "a whole number of at most \(1 << 28)", value)
    }
    return number
  }

  func flag(_ key: String, default fallback: Bool) throws(KerasError) -> Bool {
    guard let value = value(key) else { return fallback }
    guard let flag = value.bool else { throw failure(key, "true or false", value) }
    return flag
  }

  func text(_ key: String, default fallback: String) throws(KerasError) -> String {
    guard let value = value(key) else { return fallback }
    guard let text = value.string else { throw failure(key, "a name", value) }
    return text
  }

  /// A finite number, rounded to a float.
  func number(_ key: String, default fallback: Float) throws(KerasError) -> Float {
    guard let value = value(key) else { return fallback }
    return try finite(value, key)
  }

  func finite(_ value: JSON, _ key: String) throws(KerasError) -> Float {
    // Keras 2.2 saved some numbers as {"type": "ndarray", "value": 0.3}.
    let bare = value["type"]?.string == "ndarray" ? value["value"] ?? value : value
    guard let number = bare.number, Float(number).isFinite else {
      throw failure(key, "a finite number", value)
    }
    return Float(number)
  }

  /// `count` whole numbers: a list of them, or one number for all.
  func extents(_ key: String, count: Int, default fallback: Int? = nil) throws(KerasError) -> [Int]
  {
    guard let value = value(key) else {
      if let fallback { return Array(repeating: fallback, count: count) }
      throw failure(key, "\(count) whole numbers", nil)
    }
    let numbers = value.array ?? Array(repeating: value, count: count)
    let result = numbers.compactMap { $0.integer }
    guard result.count == numbers.count, result.count == count,
      result.allSatisfy({ $0.magnitude <= 1 << 24 })
    else {
      throw failure(key, "\(count) whole number\(count == 1 ? "" : "s")", value)
    }
    return result
  }

  /// Whole numbers as a list; one number counts as a list of one.
  func integers(_ key: String) throws(KerasError) -> [Int]? {
    guard let value = value(key) else { return nil }
    let numbers = value.array ?? [value]
    let result = numbers.compactMap { $0.integer }
    guard result.count == numbers.count, result.allSatisfy({ $0.magnitude <= 1 << 28 }) else {
      throw failure(key, "whole numbers", value)
    }
    return result
  }

  /// Refuses a setting unless it is absent, null or one of `allowed`.
  func require(_ key: String, isOneOf allowed: [JSON]) throws(KerasError) {
    guard let value = value(key), !allowed.contains(value) else { return }
    throw failure(key, allowed.map { "\($0)" }.joined(separator: " or "), value)
  }
}
