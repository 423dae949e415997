// SPDX-License-Identifier: Apache-2.0

/// Reader of the one Python literal that a .npy header is.
///
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: the three keys in any order,
/// either kind of quote, trailing commas, and the `L` that Python 2 put behind integers.
struct HeaderLiteral: ~Escapable {
  struct Fields {
    var descriptor: String
    var isFortranOrder: Bool
    var shape: [Int]
  }

  private let bytes: Span<UInt8>
  private let kind: NumPyElement.Kind
  private let path: String
  private let end: Int
  private var position: Int

  @_lifetime(copy bytes)
  init(bytes: Span<UInt8>, range: Range<Int>, expecting kind: NumPyElement.Kind, path: String) {
    precondition(range.upperBound <= bytes.count, "dictionary outside of the file")
    self.bytes = bytes
    self.kind = kind
    self.path = path
    position = range.lowerBound
    end = range.upperBound
  }

  @_lifetime(self: copy self)
  mutating func parse() throws(NumPyError) -> Fields {
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try expect("{", "'{'")
    while !take("}") {
      let start = position
      let key = try text("a key")
      try expect(":", "':' after '\(key)'")
      switch key {
      case "descr" where descriptor == nil: descriptor = try type()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try boolean()
      case "shape" where shape == nil: shape = try extents()
      case "descr", "fortran_order", "shape":
        throw .header(
          path: path, offset: start, expected: "'\(key)' once", found: "it a second time")
      default:
        throw .header(
          path: path, offset: start, expected: "'descr', 'fortran_order' or 'shape'",
          found: "'\(key)'")
      }
      if !take(",") {
        try expect("}", "',' or '}'")
        break
      }
    }
    skipBlanks()
    if position < end { throw damaged("the end of the header") }
    guard let descriptor else { throw absent("descr") }
    guard let isFortranOrder else { throw absent("fortran_order") }
    guard let shape else { throw absent("shape") }
    return Fields(descriptor: descriptor, isFortranOrder: isFortranOrder, shape: shape)
  }

  @_lifetime(self: copy self)
  private mutating func type() throws(NumPyError) -> String {
    skipBlanks()
    if peek() == UInt8(ascii: "[") {
      throw .elementType(
        path: path, expected: kind.names, found: "structured records")
    }
    return try text("a quoted element type")
  }

  @_lifetime(self: copy self)
  private mutating func boolean() throws(NumPyError) -> Bool {
    skipBlanks()
    if takeWord("True") { return true }
    if takeWord("False") { return false }
    throw damaged("True or False")
  }

  @_lifetime(self: copy self)
  private mutating func extents() throws(NumPyError) -> [Int] {
    var shape: [Int] = []
    try expect("(", "'(' before the shape")
    while !take(")") {
      if shape.count == NumPyHeader.highestRank {
        throw damaged("at most \(NumPyHeader.highestRank) axes")
      }
      shape.append(try extent())
      if !take(",") {
        // Python reads (3) as a number, not as a tuple.
        if shape.count == 1 { throw damaged("',' after the only extent") }
        try expect(")", "',' or ')'")
        break
      }
    }
    return shape
  }

  @_lifetime(self: copy self)
  private mutating func extent() throws(NumPyError) -> Int {
    skipBlanks()
    let start = position
    var value = 0
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      if overflow || carry {
        throw .header(
          path: path, offset: start, expected: "an extent of at most \(Int.max)",
          found: "a larger one")
      }
      value = sum
      position += 1
    }
    if position == start { throw damaged("an extent of 0 or more") }
    if peek() == UInt8(ascii: "L") { position += 1 }
    return value
  }

  /// A quoted string of printable ASCII without escapes; nothing else is ever a key or type.
  @_lifetime(self: copy self)
  private mutating func text(_ what: String) throws(NumPyError) -> String {
    skipBlanks()
    guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw damaged(what)
    }
    position += 1
    var text = ""
    while let byte = peek(), byte != quote {
      guard (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\"), text.utf8.count < 64 else {
        throw damaged("\(what) of at most 64 plain characters")
      }
      text.unicodeScalars.append(Unicode.Scalar(byte))
      position += 1
    }
    if position == end { throw damaged("the closing quote") }
    position += 1
    return text
  }

  private func peek() -> UInt8? {
    position < end ? bytes[position] : nil
  }

  @_lifetime(self: copy self)
  private mutating func skipBlanks() {
    while let byte = peek(), byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  /// Skips blanks and takes `character` if it stands there.
  @_lifetime(self: copy self)
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  @_lifetime(self: copy self)
  private mutating func takeWord(_ word: StaticString) -> Bool {
    let start = position
    for index in 0..<word.utf8CodeUnitCount {
      guard peek() == (unsafe word.utf8Start[index]) else {
        position = start
        return false
      }
      position += 1
    }
    return true
  }

  @_lifetime(self: copy self)
  private mutating func expect(
    _ character: Unicode.Scalar, _ what: String
  ) throws(NumPyError) {
    if !take(character) { throw damaged(what) }
  }

  private func damaged(_ expected: String) -> NumPyError {
    let found = peek().map { Self.quoted([$0]) } ?? "the end of the header"
    return .header(path: path, offset: position, expected: expected, found: found)
  }

  private func absent(_ key: String) -> NumPyError {
    .header(path: path, offset: end, expected: "the key '\(key)'", found: "none")
  }

  /// The bytes between quotes, those outside of printable ASCII in hexadecimal.
  static func quoted(_ bytes: [UInt8]) -> String {
    var result = "'"
    for byte in bytes {
      if (0x20..<0x7f).contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += byte < 16 ? "\\x0" : "\\x"
        result += String(byte, radix: 16)
      }
    }
    return result + "'"
  }
}
