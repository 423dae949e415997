// SPDX-License-Identifier: Apache-2.0

/// A mistake on the command line.
///
/// Its description has two lines: what is wrong, and where to read more.
package struct UsageError: Error, Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case missingCommand(expected: [String])
    case unknownCommand(String, suggestion: String?, expected: [String])
    case unknownOption(String, suggestion: String?)
    case missingOption(String)
    case repeatedOption(String)
    case missingValue(option: String)
    case unexpectedValue(String, option: String)
    case invalidValue(String, option: String, expected: String)
    /// An option that takes all values that follow it may have taken this one.
    case missingArgument(String, before: String?)
    case unexpectedArgument(String)
    /// Options that are valid one by one but not together; found by the command itself.
    case conflict(String)
  }

  /// The exit status that goes with it: `EX_USAGE` of sysexits.
  package static let exitStatus: Int32 = 64

  package let kind: Kind
  package let program: String
  /// The command whose arguments are wrong; `nil` before a command was recognised.
  package let command: String?

  package init(_ kind: Kind, program: String, command: String? = nil) {
    self.kind = kind
    self.program = program
    self.command = command
  }

  /// What is wrong, in one line.
  package var message: String {
    switch kind {
    case .missingCommand(let expected): "missing command; use \(listed(expected))"
    case .unknownCommand(let word, let suggestion, let expected):
      "unknown command \(quoted(word)); "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "use \(listed(expected))")
    case .unknownOption(let word, let suggestion):
      "unknown option \(quoted(word))" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    case .missingOption(let option): "missing option '\(option)'"
    case .repeatedOption(let option): "option '\(option)' is given twice"
    case .missingValue(let option): "missing value for '\(option)'"
    case .unexpectedValue(let value, let option):
      "the option '\(option)' takes no value, found \(quoted(value))"
    case .invalidValue(let value, let option, let expected):
      "the value \(quoted(value)) is invalid for '\(option)'; use \(expected)"
    case .missingArgument(let name, let option):
      "missing argument '<\(name)>'"
        + (option.map { "; it stands before '\($0)', which takes all values that follow" } ?? "")
    case .unexpectedArgument(let word): "unexpected argument \(quoted(word))"
    case .conflict(let text): text
    }
  }

  /// Where to read more, in one line.
  package var hint: String {
    let line = command.map { "\(program) \($0)" } ?? program
    return "See '\(line) --help' for more information."
  }
}

extension UsageError: CustomStringConvertible {
  package var description: String { "\(message)\n\(hint)" }
}

/// The text between quotes, on one line and without anything that a terminal would act on.
func quoted(_ text: String) -> String { "'\(printable(text))'" }

/// The text on one line and without anything that a terminal would act on: control characters are
/// spelt out.
///
/// Whatever comes from a file or a command line goes through here before a person sees it.
package func printable(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
      result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
