// SPDX-License-Identifier: Apache-2.0

/// Which generation of Keras wrote a model; some layers mean different things in each.
enum KerasGeneration: Int, Comparable {
  case one = 1
  case two = 2
  case three = 3

  static func < (a: KerasGeneration, b: KerasGeneration) -> Bool { a.rawValue < b.rawValue }

  /// From the version text when there is one, else from what only one generation writes.
  ///
  /// - Throws: ``KerasError`` for a version outside 1, 2 and 3.
  static func of(version: String?, model: JSON) throws(KerasError) -> KerasGeneration {
    guard let version else {
      return model.contains(mark: ["batch_shape", "DTypePolicy"]) ? .three : .two
    }
    let major = version.prefix { $0 != "." }
    guard let number = Int(major), let generation = KerasGeneration(rawValue: number) else {
      throw .architecture(
        place: "keras_version", expected: "a version of Keras 1, 2 or 3", found: "'\(version)'")
    }
    return generation
  }
}

extension JSON {
  /// Whether a member or a text in here is one of these; depth is bounded by the parser.
  fileprivate func contains(mark marks: Set<String>) -> Bool {
    switch self {
    case .string(let text): marks.contains(text)
    case .array(let elements): elements.contains { $0.contains(mark: marks) }
    case .object(let object):
      object.keys.contains { key in
        marks.contains(key) || (object[key] ?? .null).contains(mark: marks)
      }
    default: false
    }
  }
}
