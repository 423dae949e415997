// SPDX-License-Identifier: Apache-2.0

import MainspringArguments

/// Why a command ends without having done its work: one line for the person, a code for the shell.
struct Failure: Error {
  /// Exit codes: those of `sysexits.h`, and 1 for a check that was asked for and failed.
  enum Code: Int32 {
    case checkFailed = 1
    case usage = 64
    case badData = 65
    case missingInput = 66
    /// Not the input's fault: the disk, the system or this program.
    case software = 70
  }

  let code: Code
  /// One line, whatever names from files are in it.
  let message: String
  /// Where to read more, after a mistake on the command line.
  let hint: String?

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = printable(message)
    hint = nil
  }

  init(_ error: UsageError) {
    code = .usage
    message = printable(error.message)
    hint = error.hint
  }

  /// A usage mistake only the command itself can find.
  init(usage text: String, _ arguments: ParsedArguments) {
    self.init(
      UsageError(.conflict(text), program: Tool.program.name, command: arguments.command.name))
  }
}
