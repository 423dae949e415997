// SPDX-License-Identifier: Apache-2.0

/// An open .npy file of floats that is read in pieces, such as one window after the other.
///
/// Memory use does not depend on the size of the file: float32 elements go from the file straight
/// into the caller's buffer, other types through one buffer of a fixed size.
package struct NumPyFile: ~Copyable {
  /// Type and shape; the size of the data section was checked against the file's.
  package let header: NumPyHeader
  private let file: RegularFile

  /// Opens a file and checks its header.
  ///
  /// - Throws: `NumPyError`: not readable, damaged, or not float32, float64 or float16 in C order.
  package init(path: String) throws(NumPyError) {
    let file = try RegularFile(path: path)
    let header = try file.numPyHeader(expecting: .float)
    self.header = header
    self.file = file
  }

  /// The path it was opened with.
  package var path: String { file.path }

  /// Extents, outermost first; empty for a scalar.
  package var shape: [Int] { header.shape }

  /// Number of rows: the outermost extent, or 1 for a scalar.
  package var rowCount: Int { shape.first ?? 1 }

  /// Extents of one row: the shape without its outermost extent.
  package var rowShape: [Int] { Array(shape.dropFirst()) }

  /// Number of floats in one row.
  package var rowElementCount: Int {
    rowCount == 0 ? 0 : header.elementCount / rowCount
  }

  /// Copies one row.
  ///
  /// - Parameters:
  ///   - row: `0..<rowCount`; traps otherwise.
  ///   - target: `[rowElementCount]`; traps on any other count.
  /// - Throws: `NumPyError.system` on a read error, `.dataSize` when the file shrank meanwhile.
  /// - Complexity: O(rowElementCount); one system call per 64 KiB, and only float64 and float16
  ///   files allocate.
  package func readRow(_ row: Int, into target: inout MutableSpan<Float>) throws(NumPyError) {
    precondition(row >= 0 && row < rowCount, "row \(row) outside of 0..<\(rowCount)")
    precondition(target.count == rowElementCount, "a row has \(rowElementCount) floats")
    try read(from: row * rowElementCount, into: &target)
  }

  /// Copies `target.count` elements from the given one on, in row-major order.
  package func read(
    from first: Int, into target: inout MutableSpan<Float>
  ) throws(NumPyError) {
    precondition(
      first >= 0 && target.count <= header.elementCount - first, "elements outside of the file")
    let width = header.element.byteCount
    let start = header.dataOffset + first * width
    #if _endian(little)
      if header.element == .float32 {
        let done = try unsafe target.withUnsafeMutableBytes { buffer throws(NumPyError) in
          try unsafe file.read(at: start, into: buffer)
        }
        return try requireAll(done, of: target.count * 4, at: first)
      }
    #endif
    var chunk = [UInt8](repeating: 0, count: min(target.count * width, 65_536))
    var position = 0
    while position < target.count {
      let count = min(target.count - position, chunk.count / width)
      var bytes = chunk.mutableSpan
      let done = try unsafe bytes.withUnsafeMutableBytes { buffer throws(NumPyError) in
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * width)])
        return try unsafe file.read(at: start + position * width, into: part)
      }
      try requireAll(done, of: count * width, at: first + position)
      decodeFloats(
        chunk.span.extracting(first: count * width), as: header.element, into: &target,
        at: position)
      position += count
    }
  }

  /// The size was checked at opening, so a short read means that the file was truncated since.
  private func requireAll(_ done: Int, of count: Int, at element: Int) throws(NumPyError) {
    if done < count {
      let width = header.element.byteCount
      throw .dataSize(
        path: path, shape: shape, expected: header.elementCount * width,
        found: element * width + done)
    }
  }
}
