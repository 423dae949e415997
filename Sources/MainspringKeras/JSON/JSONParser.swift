// SPDX-License-Identifier: Apache-2.0

/// Reads JSON text (RFC 8259) with Python's additions `NaN`, `Infinity` and `-Infinity`.
///
/// Depth is bounded, so that a hostile text cannot exhaust the stack; a repeated member is an
/// error, because readers disagree on which one counts.
struct JSONParser {
  /// Deeper than any model: 40 nested models of wrapped layers need some 400 levels.
  static let maximumDepth = 512

  private let bytes: [UInt8]
  private let document: String
  private var position = 0
  private var depth = 0

  private init(_ text: String, document: String) {
    bytes = Array(text.utf8)
    self.document = document
  }

  /// - Parameter document: what to call the text in an error.
  /// - Throws: ``KerasError/json(document:offset:reason:)`` with the byte offset.
  static func parse(_ text: String, document: String) throws(KerasError) -> JSON {
    var parser = JSONParser(text, document: document)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == parser.bytes.count else {
      throw parser.failure("text after the end of the value")
    }
    return value
  }

  private func failure(_ reason: String) -> KerasError {
    .json(document: document, offset: position, reason: reason)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
      position += 1
    }
  }

  private mutating func consume(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard bytes.count - position >= count else { return false }
    let matches = word.withUTF8Buffer { buffer in
      (0..<count).allSatisfy { unsafe buffer[$0] == bytes[position + $0] }
    }
    if matches { position += count }
    return matches
  }

  private mutating func value() throws(KerasError) -> JSON {
    skipSpace()
    guard let byte = current else { throw failure("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    default: break
    }
    if consume("null") { return .null }
    if consume("true") { return .bool(true) }
    if consume("false") { return .bool(false) }
    if consume("NaN") { return .number(.nan) }
    if consume("Infinity") { return .number(.infinity) }
    if consume("-Infinity") { return .number(-.infinity) }
    return .number(try number())
  }

  private mutating func descend() throws(KerasError) {
    position += 1
    depth += 1
    guard depth <= JSONParser.maximumDepth else {
      throw failure("more than \(JSONParser.maximumDepth) levels")
    }
    skipSpace()
  }

  /// After a member: true at the closing byte, false after a comma.
  private mutating func ends(with close: UInt8) throws(KerasError) -> Bool {
    skipSpace()
    guard let byte = current, byte == close || byte == UInt8(ascii: ",") else {
      throw failure("expected ',' or '\(Character(Unicode.Scalar(close)))'")
    }
    position += 1
    if byte == close { depth -= 1 }
    return byte == close
  }

  private mutating func object() throws(KerasError) -> JSON.Object {
    try descend()
    var result = JSON.Object()
    if current == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return result
    }
    repeat {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw failure("expected a member's name") }
      let key = try string()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw failure("expected ':'") }
      position += 1
      guard result.insert(try value(), for: key) else {
        throw failure("the member '\(key)' is there twice")
      }
    } while try !ends(with: UInt8(ascii: "}"))
    return result
  }

  private mutating func array() throws(KerasError) -> [JSON] {
    try descend()
    var result: [JSON] = []
    if current == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return result
    }
    repeat { result.append(try value()) } while try !ends(with: UInt8(ascii: "]"))
    return result
  }
}

extension JSONParser {
  private mutating func number() throws(KerasError) -> Double {
    let start = position
    while let byte = current {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
        position += 1
        continue
      default: break
      }
      break
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let first = text.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "."),
      let value = Double(text)
    else {
      position = start
      throw failure("expected a value")
    }
    return value
  }

  private mutating func string() throws(KerasError) -> String {
    position += 1
    var units: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &units)
      case 0..<0x20: throw failure("a control character in a string")
      default: units.append(byte)
      }
    }
    throw failure("a string does not end")
  }

  private mutating func escape(into units: inout [UInt8]) throws(KerasError) {
    guard let byte = current else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
    case UInt8(ascii: "b"): units.append(0x08)
    case UInt8(ascii: "f"): units.append(0x0c)
    case UInt8(ascii: "n"): units.append(0x0a)
    case UInt8(ascii: "r"): units.append(0x0d)
    case UInt8(ascii: "t"): units.append(0x09)
    case UInt8(ascii: "u"): units += Array(String(Character(try scalar())).utf8)
    default: throw failure("an unknown escape")
    }
  }

  /// After `\u`: one scalar, from a surrogate pair when there is one.
  private mutating func scalar() throws(KerasError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, consume("\\u") else { throw failure("half a surrogate pair") }
    let second = try hexadecimal()
    guard second >= 0xdc00, second <= 0xdfff,
      let scalar = Unicode.Scalar(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(KerasError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
