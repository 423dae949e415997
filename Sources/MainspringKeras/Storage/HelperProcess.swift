// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire

/// The process that reads one model file, and the socket to it.
///
/// Ended and reaped when this object goes, whatever state it is in.
final class HelperProcess {
  let file: String
  let socket: FileDescriptor
  /// Zero once the process has been reaped.
  var processID: pid_t
  let limits: TimeLimits
  var deadline: ContinuousClock.Instant = .now
  /// What has arrived, and how much of it has been taken.
  var received: [UInt8] = []
  var receivedOffset = 0
  var arrivals = [UInt8](repeating: 0, count: 1 << 16)

  /// Starts `program` on the open `model`.
  ///
  /// - Parameters:
  ///   - file: the path of the model, for messages.
  ///   - timeout: what each whole exchange may take; nil for what the size of the file asks for.
  init(
    program: String, model: borrowing ModelFile, file: String, timeout: Duration?
  ) throws(StorageError) {
    limits = TimeLimits(byteCount: model.byteCount, timeout: timeout)
    var pair: [Int32] = [-1, -1]
    guard
      unsafe socketpair(
        AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else { throw StorageError(file, .helperNotStarted(reason: systemMessage(errno))) }
    let ours = FileDescriptor(owning: pair[0])
    guard let theirs = FileDescriptor(owning: pair[1]).aboveStandard() else {
      throw StorageError(file, .helperNotStarted(reason: systemMessage(errno)))
    }
    processID = try HelperProcess.spawn(
      program, arguments: ["\(WireFormat.version)", "\(limits.processorSeconds)"],
      socket: theirs.number, model: model.descriptor.number, file: file)
    socket = ours
    self.file = file
  }

  deinit { end() }

  /// Starts the clock for one exchange.
  func beginExchange() { deadline = .now + .seconds(limits.exchangeSeconds) }

  /// Ends and reaps the process at once; harmless when that is done already.
  func end() { _ = reap(grace: .zero) }
}
