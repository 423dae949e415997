// SPDX-License-Identifier: Apache-2.0

/// A dense array of floats read from a .npy file, or to be written to one.
package struct NumPyArray: Equatable, Sendable {
  /// Extents, outermost first; empty for a scalar.
  package let shape: [Int]
  /// `shape.product` elements, row-major.
  package let floats: [Float]

  /// An array of the given shape; traps unless the number of floats is its product.
  package init(shape: [Int], floats: [Float]) {
    precondition(
      NumPyHeader.elementCount(of: shape) == floats.count,
      "\(floats.count) floats do not make \(shape)")
    self.shape = shape
    self.floats = floats
  }

  /// Reads a file of float32, float64 or float16 elements.
  ///
  /// - Throws: `NumPyError`, naming file and place.
  /// - Complexity: O(file size); holds the whole array. For one row at a time see `NumPyFile`.
  package init(path: String) throws(NumPyError) {
    let file = try NumPyFile(path: path)
    var floats = [Float](repeating: 0, count: file.header.elementCount)
    var target = floats.mutableSpan
    try file.read(from: 0, into: &target)
    self.init(shape: file.header.shape, floats: floats)
  }

  /// Reads the content of a file of float32, float64 or float16 elements.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: Stands in errors where the path would.
  package init(bytes: [UInt8], name: String) throws(NumPyError) {
    let header = try NumPyHeader(
      bytes: bytes.span, fileByteCount: bytes.count, expecting: .float, path: name)
    var floats = [Float](repeating: 0, count: header.elementCount)
    var target = floats.mutableSpan
    decodeFloats(
      bytes.span.extracting(droppingFirst: header.dataOffset), as: header.element,
      into: &target, at: 0)
    self.init(shape: header.shape, floats: floats)
  }

  /// The file that `numpy.save` writes for this array, byte for byte.
  ///
  /// - Complexity: O(count); allocates the result.
  package func serialized() -> [UInt8] {
    var bytes = NumPyHeader.encoded(shape: shape)
    bytes.reserveCapacity(bytes.count + floats.count * 4)
    NumPyHeader.append(floats.span, to: &bytes)
    return bytes
  }
}
