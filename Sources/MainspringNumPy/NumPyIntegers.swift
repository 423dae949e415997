// SPDX-License-Identifier: Apache-2.0

/// A dense array of integers (class labels) read from a .npy file.
package struct NumPyIntegers: Equatable, Sendable {
  /// Extents, outermost first; empty for a scalar.
  package let shape: [Int]
  /// `shape.product` elements, row-major.
  package let values: [Int]

  /// Reads a file of signed or unsigned integers of 8 to 64 bits.
  ///
  /// - Throws: `NumPyError`, naming file and place; floats and bools are refused.
  /// - Complexity: O(file size).
  package init(path: String) throws(NumPyError) {
    let file = try RegularFile(path: path)
    let header = try file.numPyHeader(expecting: .integer)
    let data = try file.data(of: header)
    shape = header.shape
    values = try Self.decode(data.span, header: header, path: path)
  }

  /// Reads the content of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: Stands in errors where the path would.
  package init(bytes: [UInt8], name: String) throws(NumPyError) {
    let header = try NumPyHeader(
      bytes: bytes.span, fileByteCount: bytes.count, expecting: .integer, path: name)
    shape = header.shape
    values = try Self.decode(
      bytes.span.extracting(droppingFirst: header.dataOffset), header: header, path: name)
  }

  private static func decode(
    _ bytes: Span<UInt8>, header: NumPyHeader, path: String
  ) throws(NumPyError) -> [Int] {
    let element = header.element
    var values: [Int] = []
    values.reserveCapacity(header.elementCount)
    for index in 0..<header.elementCount {
      guard let value = decodeInteger(bytes, as: element, at: index) else {
        throw .integerRange(path: path, index: index, found: "a larger \(element)")
      }
      values.append(value)
    }
    return values
  }
}

extension RegularFile {
  /// Reads and checks the header against the size of the file.
  func numPyHeader(expecting kind: NumPyElement.Kind) throws(NumPyError) -> NumPyHeader {
    let start = try bytes(
      at: 0,
      count: min(byteCount, NumPyHeader.longestPrefix + NumPyHeader.longestDictionary))
    return try NumPyHeader(bytes: start.span, fileByteCount: byteCount, expecting: kind, path: path)
  }

  /// Reads the whole data section; its size was checked against the file when opening it.
  func data(of header: NumPyHeader) throws(NumPyError) -> [UInt8] {
    let count = header.elementCount * header.element.byteCount
    let data = try bytes(at: header.dataOffset, count: count)
    if data.count < count {
      throw .dataSize(path: path, shape: header.shape, expected: count, found: data.count)
    }
    return data
  }

  /// Up to `count` bytes from `offset` on; fewer when the file ends before.
  private func bytes(at offset: Int, count: Int) throws(NumPyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var target = bytes.mutableSpan
    let done = try unsafe target.withUnsafeMutableBytes { buffer throws(NumPyError) in
      try unsafe read(at: offset, into: buffer)
    }
    bytes.removeLast(count - done)
    return bytes
  }
}
