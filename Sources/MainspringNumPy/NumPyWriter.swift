// SPDX-License-Identifier: Apache-2.0

/// Writes a float32 .npy file in pieces: the header first, then row after row.
///
/// The bytes are those of `numpy.save`. They go to `sink` in chunks of about 64 KiB, so memory use
/// does not depend on the size of the file.
///
///     var writer = NumPyWriter(shape: [windowCount, classCount]) { chunk throws(FileError) in
///       try output.write(chunk)
///     }
///     for window in windows { try writer.append(probabilities.span) }
///     try writer.finish()
package struct NumPyWriter<Failure: Error>: ~Copyable {
  private let sink: ([UInt8]) throws(Failure) -> Void
  private var buffer: [UInt8]
  private var remainingCount: Int

  private static var chunkByteCount: Int { 65_536 }

  /// Prepares the header; nothing is written before the first full chunk or `finish`.
  ///
  /// - Parameters:
  ///   - shape: Shape of the whole array, outermost extent first.
  ///   - sink: Takes the bytes of the file in order.
  package init(shape: [Int], sink: @escaping ([UInt8]) throws(Failure) -> Void) {
    self.sink = sink
    buffer = NumPyHeader.encoded(shape: shape)
    guard let count = NumPyHeader.elementCount(of: shape) else {
      preconditionFailure("\(shape) is larger than memory can be")
    }
    remainingCount = count
  }

  /// Adds elements in row-major order; traps on more than the shape holds.
  ///
  /// - Throws: What the sink throws; the writer is of no use afterwards.
  package mutating func append(_ values: Span<Float>) throws(Failure) {
    precondition(values.count <= remainingCount, "more elements than the shape holds")
    remainingCount -= values.count
    var start = 0
    while start < values.count {
      let end = min(values.count, start + Self.chunkByteCount / 4)
      NumPyHeader.append(values.extracting(start..<end), to: &buffer)
      start = end
      if buffer.count >= Self.chunkByteCount {
        try sink(buffer)
        buffer.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Writes what is left; traps unless all elements were added.
  package consuming func finish() throws(Failure) {
    precondition(remainingCount == 0, "\(remainingCount) elements were not written")
    if !buffer.isEmpty { try sink(buffer) }
  }
}

extension NumPyHeader {
  /// Version 1.0 header of a float32 array in C order, as `numpy.save` (1.24 and later) writes it.
  static func encoded(shape: [Int]) -> [UInt8] {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in \(shape)")
    precondition(shape.count <= highestRank, "more than \(highestRank) axes")
    var dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple(shape)), }"
    // NumPy leaves room for the first extent to grow to 21 digits in place.
    if let first = shape.first {
      dictionary += String(repeating: " ", count: 21 - "\(first)".utf8.count)
    }
    // The data starts at a multiple of 64 bytes; at least one blank and a newline stand before it.
    let used = 10 + dictionary.utf8.count + 1
    dictionary += String(repeating: " ", count: 64 - used % 64) + "\n"
    let length = dictionary.utf8.count
    return magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + Array(dictionary.utf8)
  }

  static func append(_ values: Span<Float>, to bytes: inout [UInt8]) {
    for index in values.indices {
      let bits = values[index].bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
  }
}
