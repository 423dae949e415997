// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Why a TFLite file is refused.
public enum TFLiteError: Error, Hashable, Sendable {
  /// The bytes are not a TFLite flatbuffer; `byte` is where in the file.
  case malformed(byte: Int, place: String, expected: String, found: String)
  /// Well-formed, but it contradicts itself or the rules of the schema.
  case invalid(place: String, expected: String, found: String)
  /// Something this project does not run.
  case unsupported(place: String, what: String)
  /// An operator's operands do not fit it.
  case shape(place: String, ShapeError)
  /// More work or memory than any model for sensor windows needs.
  case limit(place: String, what: String, maximum: Int)
}

extension TFLiteError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let byte, let place, let expected, let found):
      "byte \(byte), \(place): expected \(expected), found \(found)"
    case .invalid(let place, let expected, let found):
      "\(place): expected \(expected), found \(found)"
    case .unsupported(let place, let what):
      "\(place): \(what)"
    case .shape(let place, let error):
      "\(place): \(error)"
    case .limit(let place, let what, let maximum):
      "\(place): more than \(maximum) \(what)"
    }
  }
}
