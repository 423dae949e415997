// SPDX-License-Identifier: Apache-2.0

/// A positional argument of a command.
package struct Argument: Equatable, Sendable {
  /// How often the argument stands on the command line.
  package enum Arity: Sendable {
    case required
    case optional
    /// Any number of times, at least once; only the last argument of a command.
    case repeated
  }

  /// Shown as `<name>`, and the key under which `ParsedArguments` has the value.
  package let name: String
  /// One or more sentences for the help.
  package let help: String
  package let arity: Arity

  package init(_ name: String, arity: Arity = .required, help: String) {
    precondition(isWord(name), "'\(name)' is not a name of lower-case letters and hyphens")
    self.name = name
    self.help = help
    self.arity = arity
  }

  /// As it stands in the usage line.
  var usage: String {
    switch arity {
    case .required: "<\(name)>"
    case .optional: "[<\(name)>]"
    case .repeated: "<\(name)> ..."
    }
  }
}

/// Whether `text` consists of lower-case letters, digits and hyphens and starts with no hyphen.
func isWord(_ text: String) -> Bool {
  !text.isEmpty && !text.hasPrefix("-")
    && text.utf8.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
}
