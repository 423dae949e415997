// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import MainspringWire

/// The fence around this process; entered before the first byte of the file is looked at.
enum Confinement {
  /// What members of an archive, or a compressed dataset, may grow to for a file of
  /// `fileByteCount` bytes. Trained weights hardly compress, so a file that asks for more is
  /// not a model.
  static func expandedByteCount(fileByteCount: Int) -> Int {
    min(1 << 29, max(1 << 26, 16 * fileByteCount))
  }

  /// - Throws: `Refusal` when a limit cannot be set: nothing is read without the limits.
  static func enter(fileByteCount: Int, seconds: UInt64) throws(Refusal) {
    // The Swift runtime has put handlers in place that start a debugger; they cannot from here
    // on, and would hide from the loader how this process died.
    for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      _ = signal(number, SIG_DFL)
    }
    // Room for the libraries, for the archive, one member of it and libhdf5's copies of that.
    let base: UInt64 = 1 << 28
    let expanded = UInt64(expandedByteCount(fileByteCount: fileByteCount))
    let addressSpace = base + UInt64(fileByteCount) + 4 * expanded
    // A sanitizer wants far more of both.
    let isChecked = clinux_has_shadow_memory()
    let failure = clinux_limit_process(
      isChecked ? 0 : addressSpace, isChecked ? 10 * seconds : seconds)
    guard failure == 0 else {
      throw Refusal(.internalFailure, "limits cannot be set: error \(failure)")
    }
    let refused = clinux_filter_system_calls()
    // Inside some containers there are no such filters; the limits above still hold.
    guard refused == 0 || refused == ENOSYS || refused == EACCES || refused == EPERM else {
      throw Refusal(.internalFailure, "system calls cannot be filtered: error \(refused)")
    }
  }
}
