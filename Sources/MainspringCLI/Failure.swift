// SPDX-License-Identifier: Apache-2.0

/// Why a command ends without having done its work: one line for the person, a code for the shell.
struct Failure: Error {
  /// Exit codes of `sysexits.h`.
  enum Code: Int32 {
    /// A check that failed.
    case check = 1
    case usage = 64
    case badData = 65
    case missingInput = 66
    /// Not the input's fault: the disk, the system or this program.
    case software = 70
  }

  let code: Code
  let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
