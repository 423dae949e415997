// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HelperProcess {
  /// - Throws: `StorageError` when the process has ended or takes no more within the time.
  func send(_ bytes: [UInt8]) throws(StorageError) {
    var offset = 0
    while offset < bytes.count {
      try wait(for: Int16(POLLOUT))
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
        return unsafe Glibc.send(
          socket.number, rest.baseAddress, rest.count,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard count > 0 else { throw unexpectedEnd() }
      offset += count
    }
  }

  /// Exactly `count` bytes. Memory grows with what arrives, not with what was announced.
  func receive(_ count: Int) throws(StorageError) -> [UInt8] {
    while received.count - receivedOffset < count {
      received.removeFirst(receivedOffset)
      receivedOffset = 0
      var got: Result<Int, StorageError> = .success(0)
      unsafe arrivals.withUnsafeMutableBytes { got = unsafe receiveSome(into: $0) }
      received.append(contentsOf: arrivals[..<(try got.get())])
    }
    let bytes = Array(received[receivedOffset..<receivedOffset + count])
    receivedOffset += count
    return bytes
  }

  /// `count` floats; the caller has checked that it wants that many.
  func receiveFloats(_ count: Int) throws(StorageError) -> [Float] {
    var floats = [Float](repeating: 0, count: count)
    let early = received[receivedOffset...].prefix(4 * count)
    receivedOffset += early.count
    var failure: StorageError?
    unsafe floats.withUnsafeMutableBytes { buffer in
      unsafe buffer.copyBytes(from: early)
      var offset = early.count
      while offset < buffer.count, failure == nil {
        switch unsafe receiveSome(into: UnsafeMutableRawBufferPointer(rebasing: buffer[offset...]))
        {
        case .success(let got): offset += got
        case .failure(let error): failure = error
        }
      }
    }
    if let failure { throw failure }
    return floats
  }

  /// What is there, at least one byte.
  private func receiveSome(
    into buffer: UnsafeMutableRawBufferPointer
  ) -> Result<Int, StorageError> {
    do throws(StorageError) {
      while true {
        try wait(for: Int16(POLLIN))
        let got = unsafe recv(socket.number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if got < 0 && (errno == EINTR || errno == EAGAIN) { continue }
        guard got > 0 else { throw unexpectedEnd() }
        return .success(got)
      }
    } catch {
      return .failure(error)
    }
  }

  private func wait(for events: Int16) throws(StorageError) {
    while true {
      let left = deadline - ContinuousClock.now
      guard left > .zero else {
        end()
        throw StorageError(file, .timeLimit(seconds: limits.exchangeSeconds))
      }
      let milliseconds =
        left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
      var entry = pollfd(fd: socket.number, events: events, revents: 0)
      let ready = unsafe poll(&entry, 1, Int32(clamping: milliseconds + 1))
      if ready > 0 { return }
      guard ready == 0 || errno == EINTR else {
        end()
        throw StorageError(file, .helperFailed(systemMessage(errno)))
      }
    }
  }
}
