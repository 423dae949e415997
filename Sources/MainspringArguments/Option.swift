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
    /// A decimal integer within the range.
    case integer(ClosedRange<Int>)
    /// A finite decimal number within the range.
    case number(ClosedRange<Double>)
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
  /// One or more sentences for the help; values, range and default are added to them.
  package let help: String

  private init(
    _ name: String, short: Character?, valueName: String, kind: Kind, arity: Arity, help: String
  ) {
    precondition(isWord(name) && name != "help", "'\(name)' is no name for an option")
    precondition(
      short.map { $0.isASCII && $0.isLetter && $0 != "h" } ?? true, "bad short name of --\(name)")
    self.name = name
    self.short = short
    self.valueName = valueName
    self.kind = kind
    self.arity = arity
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

  /// An option that takes an integer.
  package static func integer(
    _ name: String, short: Character? = nil, valueName: String = "n", in range: ClosedRange<Int>,
    default value: Int?, help: String
  ) -> Option {
    Option(
      name, short: short, valueName: valueName, kind: .integer(range),
      arity: .optional(default: value.map { "\($0)" }), help: help)
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

  /// `--output <path>`, as usage lines and errors show it.
  var display: String { kind == .flag ? "--\(name)" : "--\(name) <\(valueName)>" }

  /// As it stands in the usage line.
  var usage: String {
    switch arity {
    case .required: display
    case .optional: "[\(display)]"
    case .repeated: "[\(display) ...]"
    }
  }

  /// What would have been a valid value, or `nil` when `value` is one.
  func fault(in value: String) -> String? { accepts(value) ? nil : expectation }

  private func accepts(_ value: String) -> Bool {
    switch kind {
    case .flag: false
    case .text: !value.isEmpty
    case .choice(let values): values.contains(value)
    case .integer(let range): Int(value).map(range.contains) ?? false
    // A NaN is in no range.
    case .number(let range): Double(value).map { $0.isFinite && range.contains($0) } ?? false
    }
  }

  /// The valid values in words.
  private var expectation: String {
    switch kind {
    case .flag: "no value"
    case .text: "a text that is not empty"
    case .choice(let values): listed(values)
    case .integer(let range): "an integer\(bounds(range, within: Int.min...Int.max))"
    case .number(let range): "a number\(bounds(range, within: -.infinity ... .infinity))"
    }
  }

  /// The help with what follows from the declaration: values, arity, default.
  var helpText: String {
    var notes: [String] = []
    switch kind {
    case .flag, .text: break
    case .choice(let values): notes.append(values.joined(separator: ", "))
    case .integer, .number: notes.append(expectation)
    }
    switch arity {
    case .required: notes.append("required")
    case .repeated: notes.append("may be repeated")
    case .optional(let value): if let value { notes.append("default: \(value)") }
    }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}

/// `f32, f16 or int8`.
func listed(_ values: [String]) -> String {
  guard let last = values.last, values.count > 1 else { return values.first ?? "nothing" }
  return values.dropLast().joined(separator: ", ") + " or " + last
}

/// The range in words; an end that is the end of all values is left out.
private func bounds<Bound>(_ range: ClosedRange<Bound>, within all: ClosedRange<Bound>) -> String {
  let (lowest, highest) = (decimal(range.lowerBound), decimal(range.upperBound))
  return switch (range.lowerBound == all.lowerBound, range.upperBound == all.upperBound) {
  case (true, true): ""
  case (false, true): " of at least \(lowest)"
  case (true, false): " of at most \(highest)"
  case (false, false): " from \(lowest) to \(highest)"
  }
}

/// `2` rather than `2.0`.
private func decimal<Number>(_ value: Number) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
