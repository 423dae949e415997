// SPDX-License-Identifier: Apache-2.0

/// What stands before the data of a .npy file.
///
/// Format: NumPy Enhancement Proposal 1 and `numpy.lib.format`: magic, version, header length
/// (16 bits in version 1, 32 bits in 2 and 3), a Python dictionary literal, the data.
package struct NumPyHeader: Equatable, Sendable {
  /// Type of the elements.
  package let element: NumPyElement
  /// Extents, outermost first; empty for a scalar.
  package let shape: [Int]
  /// Product of `shape`.
  package let elementCount: Int
  /// Offset of the first element in the file, in bytes.
  package let dataOffset: Int

  /// Longest dictionary that is read. NumPy's own for a dense array stay below 1 KiB.
  static let longestDictionary = 65_536
  /// Magic, version and the wider of the two length fields.
  static let longestPrefix = 12
  /// As many axes as NumPy 2 allows.
  static let highestRank = 64

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Reads the header from the first bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: At least the first `longestPrefix + longestDictionary` bytes, or the whole file.
  ///   - fileByteCount: Size of the whole file; the data section must fill it exactly.
  ///   - kind: What the caller takes; other types are refused by name.
  ///   - path: Named in errors.
  /// - Throws: `NumPyError` when the header is damaged, names a type, order or size that is not
  ///   read, or declares more or fewer bytes than the file has. Nothing is allocated by shape.
  /// - Complexity: O(header length).
  package init(
    bytes: Span<UInt8>, fileByteCount: Int, expecting kind: NumPyElement.Kind, path: String
  ) throws(NumPyError) {
    let dictionary = try Self.locateDictionary(bytes, path: path)
    var literal = HeaderLiteral(bytes: bytes, range: dictionary, expecting: kind, path: path)
    let fields = try literal.parse()
    let element = try NumPyElement.parse(fields.descriptor, expecting: kind, path: path)
    if fields.isFortranOrder { throw .fortranOrder(path: path) }

    guard let elementCount = Self.elementCount(of: fields.shape) else {
      throw .hugeShape(path: path, shape: fields.shape)
    }
    let (byteCount, overflow) = elementCount.multipliedReportingOverflow(by: element.byteCount)
    if overflow { throw .hugeShape(path: path, shape: fields.shape) }
    let found = fileByteCount - dictionary.upperBound
    if byteCount != found {
      throw .dataSize(path: path, shape: fields.shape, expected: byteCount, found: found)
    }
    self.element = element
    self.shape = fields.shape
    self.elementCount = elementCount
    self.dataOffset = dictionary.upperBound
  }

  /// Product of the extents; `nil` when it overflows. A single 0 among large extents gives 0.
  static func elementCount(of shape: [Int]) -> Int? {
    if shape.contains(0) { return 0 }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// Bytes that the dictionary occupies, checked to lie within `bytes`.
  private static func locateDictionary(
    _ bytes: Span<UInt8>, path: String
  ) throws(NumPyError) -> Range<Int> {
    for index in magic.indices {
      guard index < bytes.count, bytes[index] == magic[index] else {
        let start = (0..<min(magic.count, bytes.count)).map { bytes[$0] }
        throw .notNumPy(
          path: path, found: start.isEmpty ? "an empty file" : HeaderLiteral.quoted(start))
      }
    }
    guard bytes.count >= 8 else {
      throw .header(path: path, offset: 6, expected: "a format version", found: "end of file")
    }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw .version(path: path, major: major, minor: minor)
    }
    let start = major == 1 ? 10 : 12
    guard bytes.count >= start else {
      throw .header(path: path, offset: 8, expected: "the header's length", found: "end of file")
    }
    var length = 0
    for index in (8..<start).reversed() { length = length << 8 | Int(bytes[index]) }
    guard length <= longestDictionary else {
      throw .header(
        path: path, offset: 8, expected: "a header of at most \(longestDictionary) bytes",
        found: "\(length)")
    }
    guard length <= bytes.count - start else {
      throw .header(
        path: path, offset: 8, expected: "a header of \(length) bytes",
        found: "\(bytes.count - start) bytes to the end of the file")
    }
    return start..<start + length
  }
}
