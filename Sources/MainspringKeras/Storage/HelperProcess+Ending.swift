// SPDX-License-Identifier: Apache-2.0

import Glibc

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
  func unexpectedEnd() -> StorageError {
    switch reap(grace: .seconds(2)) {
    case .signal(SIGXCPU): StorageError(file, .timeLimit(seconds: limits.processorSeconds))
    case .signal(SIGKILL):
      StorageError(file, .limit("the process reading it was killed, probably for lack of memory"))
    case .signal(let number): StorageError(file, .crashed(signal: SignalName.of(number)))
    case .exit(code: 127):
      StorageError(file, .helperFailed("cannot be loaded; are libhdf5 and libzip installed?"))
    case .exit(let code): StorageError(file, .helperFailed("ended too early with code \(code)"))
    case .unknown: StorageError(file, .helperFailed("stopped answering"))
    }
  }
}
