// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire

/// The process that reads one model file, and the socket to it.
///
/// Ended and reaped when this object goes, whatever state it is in.
final class HelperProcess {
  private let file: String
  private let socket: FileDescriptor
  /// Zero once the process has been reaped.
  private(set) var processID: pid_t
  private let timeoutSeconds: Int
  private var deadline: ContinuousClock.Instant = .now
  /// What has arrived, and how much of it has been taken.
  private var received: [UInt8] = []
  private var receivedOffset = 0
  private var arrivals = [UInt8](repeating: 0, count: 1 << 16)

  /// Starts `program` on the open `model`.
  ///
  /// - Parameters:
  ///   - file: the path of the model, for messages.
  ///   - timeout: what each whole exchange may take, and the processor time of the process.
  init(
    program: String, model: borrowing ModelFile, file: String, timeout: Duration
  ) throws(StorageError) {
    let seconds = min(max(1, Int(clamping: timeout.components.seconds)), 86_400)
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
      program, arguments: ["\(WireFormat.version)", "\(seconds)"], socket: theirs.number,
      model: model.descriptor.number, file: file)
    socket = ours
    self.file = file
    timeoutSeconds = seconds
  }

  deinit { end() }

  /// Starts the clock for one exchange.
  func beginExchange() { deadline = .now + .seconds(timeoutSeconds) }

  /// Ends and reaps the process at once; harmless when that is done already.
  func end() { _ = reap(grace: .zero) }

  private static func spawn(
    _ program: String, arguments: [String], socket: Int32, model: Int32, file: String
  ) throws(StorageError) -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    guard unsafe posix_spawn_file_actions_init(&actions) == 0,
      unsafe posix_spawnattr_init(&attributes) == 0
    else { throw StorageError(file, .helperNotStarted(reason: systemMessage(ENOMEM))) }
    defer {
      _ = unsafe posix_spawn_file_actions_destroy(&actions)
      _ = unsafe posix_spawnattr_destroy(&attributes)
    }
    // Nothing but the socket (0) and the model (3); all else of ours closes on exec.
    var failure = unsafe posix_spawn_file_actions_adddup2(&actions, socket, 0)
    for number in [1, 2] as [Int32] where failure == 0 {
      failure = unsafe posix_spawn_file_actions_addclose(&actions, number)
    }
    if failure == 0 { failure = unsafe posix_spawn_file_actions_adddup2(&actions, model, 3) }
    // Signals as at the start of a program, whatever this one ignores or blocks.
    var signals = sigset_t()
    _ = unsafe sigemptyset(&signals)
    if failure == 0 { failure = unsafe posix_spawnattr_setsigmask(&attributes, &signals) }
    _ = unsafe sigfillset(&signals)
    if failure == 0 { failure = unsafe posix_spawnattr_setsigdefault(&attributes, &signals) }
    if failure == 0 {
      failure = unsafe posix_spawnattr_setflags(
        &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }
    var pid: pid_t = 0
    if failure == 0 {
      var strings = unsafe ([program] + arguments).map { unsafe strdup($0) }
      unsafe strings.append(nil)
      defer { unsafe strings.forEach { unsafe free($0) } }
      var environment = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: 1)
      failure = unsafe posix_spawn(&pid, program, &actions, &attributes, &strings, &environment)
    }
    guard failure == 0 else {
      throw StorageError(file, .helperNotStarted(reason: systemMessage(failure)))
    }
    return pid
  }
}

// MARK: - How it ended

extension HelperProcess {
  enum Ending: Equatable {
    case exit(code: Int32)
    case signal(Int32)
    /// It was ended here, or somebody else has reaped it.
    case unknown
  }

  /// Waits up to `grace` for the process to end by itself, then ends it.
  func reap(grace: Duration) -> Ending {
    guard processID > 0 else { return .unknown }
    let limit = ContinuousClock.now + grace
    var status: Int32 = 0
    var ended = unsafe waitpid(processID, &status, WNOHANG)
    while ended == 0 && ContinuousClock.now < limit || ended < 0 && errno == EINTR {
      _ = poll(nil, 0, 1)
      ended = unsafe waitpid(processID, &status, WNOHANG)
    }
    var ending = HelperProcess.ending(status)
    if ended == 0 {
      ending = .unknown
      // Not reaped yet, so that the number still means this process.
      kill(processID, SIGKILL)
      repeat { ended = unsafe waitpid(processID, &status, 0) } while ended < 0 && errno == EINTR
    } else if ended < 0 {
      ending = .unknown
    }
    processID = 0
    return ending
  }

  private static func ending(_ status: Int32) -> Ending {
    let signal = status & 0x7f
    return signal == 0 ? .exit(code: (status >> 8) & 0xff) : .signal(signal)
  }

  /// The error for a stream that ended before it was complete.
  private func unexpectedEnd() -> StorageError {
    switch reap(grace: .seconds(2)) {
    case .signal(SIGXCPU): StorageError(file, .timeLimit(seconds: timeoutSeconds))
    case .signal(SIGKILL):
      StorageError(file, .limit("the process reading it was killed, probably for lack of memory"))
    case .signal(let number): StorageError(file, .crashed(signal: SignalName.of(number)))
    case .exit(let code): StorageError(file, .helperFailed("ended too early with code \(code)"))
    case .unknown: StorageError(file, .helperFailed("stopped answering"))
    }
  }
}

// MARK: - Talking to it

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
        throw StorageError(file, .timeLimit(seconds: timeoutSeconds))
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
