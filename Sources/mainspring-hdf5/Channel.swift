// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire

/// The socket to the loader, read and written in whole records.
struct Channel {
  private let descriptor: Int32
  private var pending: [UInt8] = []
  private static let bufferedByteCount = 1 << 16

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sends a record, together with others when it is small.
  mutating func send(_ record: [UInt8]) throws(Refusal) {
    pending.append(contentsOf: record)
    if pending.count >= Channel.bufferedByteCount { try flush() }
  }

  /// Sends floats as they lie in memory; both ends run on this little-endian machine.
  mutating func send(_ values: [Float]) throws(Refusal) {
    try flush()
    try unsafe write(values.span.bytes)
  }

  mutating func flush() throws(Refusal) {
    try unsafe write(pending.span.bytes)
    pending.removeAll(keepingCapacity: true)
  }

  /// Sends a record after which nothing comes. The loader may be gone by now, which is no
  /// reason to do anything but end.
  mutating func sendLast(_ record: [UInt8]) {
    do throws(Refusal) {
      try send(record)
      try flush()
    } catch {
      return
    }
  }

  /// - Returns: nil when the loader has closed its end.
  mutating func nextRequest() throws(Refusal) -> Request? {
    try flush()
    var bytes = [UInt8](repeating: 0, count: Request.byteCount)
    var filled = 0
    while filled < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        return unsafe read(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0 && errno == EINTR { continue }
      if count == 0 && filled == 0 { return nil }
      guard count > 0 else { throw Refusal(.internalFailure, "a request ended too early") }
      filled += count
    }
    do throws(WireError) {
      return try Request(decoding: bytes)
    } catch {
      throw Refusal(.internalFailure, "request: \(error)")
    }
  }

  private func write(_ bytes: RawSpan) throws(Refusal) {
    var offset = 0
    while offset < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Refusal(.internalFailure, "the loader is gone") }
      offset += count
    }
  }
}
