// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The lines of a file or pipe, one at a time; memory does not depend on its length.
struct LineReader: ~Copyable {
  /// Longer lines are none of a recording.
  static let longestLine = 1 << 20

  let path: String
  /// Of the line read last, counted from 1.
  private(set) var number = 0
  /// The line read last, without its end.
  private(set) var bytes: [UInt8] = []
  private let descriptor: CInt
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)
  private var start = 0
  private var end = 0

  /// Opens a file; a pipe or a terminal is one, too.
  init(path: String) throws(RecordingError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw .system(path: path, call: "open", code: errno) }
    var status = stat()
    if unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      _ = close(descriptor)
      throw .directory(path: path)
    }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { _ = close(descriptor) }

  /// Reads the next line that is not empty. A byte order mark in front of the first one, as
  /// spreadsheets and editors put there, is no part of it.
  ///
  /// - Returns: false at the end of the file.
  mutating func next() throws(RecordingError) -> Bool {
    while try readLine() {
      number += 1
      if number == 1, bytes.starts(with: [0xef, 0xbb, 0xbf]) { bytes.removeFirst(3) }
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
      if !bytes.isEmpty { return true }
    }
    return false
  }

  private mutating func readLine() throws(RecordingError) -> Bool {
    bytes.removeAll(keepingCapacity: true)
    var isAny = false
    while true {
      if start == end, try !fill() { return isAny }
      isAny = true
      let stop = chunk[start..<end].firstIndex(of: UInt8(ascii: "\n"))
      bytes += chunk[start..<(stop ?? end)]
      start = stop.map { $0 + 1 } ?? end
      if bytes.count > LineReader.longestLine {
        throw .line(
          path: path, line: number + 1, expected: "at most \(LineReader.longestLine) bytes",
          found: "more")
      }
      if stop != nil { return true }
    }
  }

  /// - Returns: false at the end of the file.
  private mutating func fill() throws(RecordingError) -> Bool {
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw .system(path: path, call: "read", code: errno)
      }
      (start, end) = (0, count)
      return count > 0
    }
  }
}
