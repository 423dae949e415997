// SPDX-License-Identifier: Apache-2.0

import Glibc

extension HelperProcess {
  /// Starts `program` with nothing but two descriptors, no environment and default signals.
  ///
  /// The process is not told to die with this one: that request is tied to the thread that
  /// makes it, and a pool ends its threads at will. When the socket closes it ends at its next
  /// read or write, or else when its processor time is used up.
  static func spawn(
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
