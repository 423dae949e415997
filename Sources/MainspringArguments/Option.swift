// SPDX-License-Identifier: Apache-2.0

/// A named option of a command: a flag, or a name with a value.
package struct Option: Equatable, Sendable {
  /// What an option takes.
  package enum Kind: Equatable, Sendable {
    /// Nothing: it is there or not.
    case flag
    /// Any text, such as a path.
    case text
    /// One of the listed values.
    case choice([String])
    /// Several of the listed values with commas between them, each once.
    case choices([String])
    /// One of the listed values; one of them may have a number within the range behind a colon.
    case numberedChoice([String], numbered: String, in: ClosedRange<Double>)
    /// A decimal integer within the range.
    case integer(ClosedRange<Int>)
    /// A finite decimal number within the range.
    case number(ClosedRange<Double>)
    /// A percentage within the range, its sign included: `99.5%`.
    case percentage(ClosedRange<Double>)
  }

  /// How often a value is given.
  package enum Arity: Equatable, Sendable {
    /// At most once; the default stands in when it is absent, if there is one.
    case optional(default: String?)
    /// Exactly once.
    case required
    /// Any number of times, also none.
    case repeated
  }

  /// The long name without its hyphens, and the key under which `ParsedArguments` has the value.
  package let name: String
  /// The one-letter name, if any.
  package let short: Character?
  /// Names the value in help and errors: `--output <path>`.
  package let valueName: String
  package let kind: Kind
  package let arity: Arity
  /// One use takes all values that follow it, up to the next option; at least one.
  package let takesSeveral: Bool
  /// One or more sentences for the help; values, range and default are added to them.
  package let help: String

  private init(
    _ name: String, short: Character?, valueName: String, kind: Kind, arity: Arity,
    takesSeveral: Bool = false, help: String
  ) {
    precondition(isWord(name) && name != "help", "'\(name)' is no name for an option")
    precondition(
      short.map { $0.isASCII && $0.isLetter && $0 != "h" } ?? true, "bad short name of --\(name)")
    self.name = name
    self.short = short
    self.valueName = valueName
    self.kind = kind
    self.arity = arity
    self.takesSeveral = takesSeveral
    self.help = help
    if case .optional(let value?) = arity {
      precondition(fault(in: value) == nil, "the default of --\(name) is not a valid value")
    }
  }

  /// An option without a value.
  package static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
    Option(
      name, short: short, valueName: "", kind: .flag, arity: .optional(default: nil), help: help)
  }

  /// An option that takes any text, such as a path.
  package static func text(
    _ name: String, short: Character? = nil, valueName: String,
    arity: Arity = .optional(default: nil), help: String
  ) -> Option {
    Option(name, short: short, valueName: valueName, kind: .text, arity: arity, help: help)
  }

  /// An option that takes texts, all that follow it up to the next option: `--files a b c`.
  ///
  /// Arguments of the command stand in front of it, or another option between.
  package static func texts(
    _ name: String, short: Character? = nil, valueName: String, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName, kind: .text, arity: .repeated, takesSeveral: true,
      help: help)
  }

  /// An option that takes one of the raw values of `Value`, in their order of declaration.
  package static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, short: Character? = nil, valueName: String? = nil, of type: Value.Type,
    default value: Value?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName ?? name,
      kind: .choice(Value.allCases.map(\.rawValue)), arity: .optional(default: value?.rawValue),
      help: help)
  }

  /// An option that takes raw values of `Value` with commas between them.
  package static func choices<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, short: Character? = nil, valueName: String? = nil, of type: Value.Type,
    default value: Value?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName ?? name,
      kind: .choices(Value.allCases.map(\.rawValue)), arity: .optional(default: value?.rawValue),
      help: help)
  }

  /// An option that takes one of the raw values of `Value`, of which one may have a number behind a
  /// colon: `--method percentile:99.9`.
  package static func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, short: Character? = nil, valueName: String? = nil, of type: Value.Type,
    numbered: Value, in range: ClosedRange<Double>, default value: Value?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName ?? name,
      kind: .numberedChoice(
        Value.allCases.map(\.rawValue), numbered: numbered.rawValue, in: range),
      arity: .optional(default: value?.rawValue), help: help)
  }

  /// An option that takes an integer.
  package static func integer(
    _ name: String, short: Character? = nil, valueName: String = "n", in range: ClosedRange<Int>,
    default value: Int?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName, kind: .integer(range),
      arity: .optional(default: value.map { "\($0)" }), help: help)
  }

  /// An option that takes a percentage.
  ///
  /// - Parameter range: in percent.
  package static func percentage(
    _ name: String, short: Character? = nil, valueName: String = "x%",
    in range: ClosedRange<Double>, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName, kind: .percentage(range),
      arity: .optional(default: nil), help: help)
  }

  /// An option that takes a decimal number.
  package static func number(
    _ name: String, short: Character? = nil, valueName: String = "x",
    in range: ClosedRange<Double>, default value: Double?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName, kind: .number(range),
      arity: .optional(default: value.map { decimal($0) }), help: help)
  }

}
