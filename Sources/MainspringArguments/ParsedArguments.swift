// SPDX-License-Identifier: Apache-2.0

/// The values of one command line, by the names of their declarations.
///
/// Values were checked while parsing, so the accessors do not fail on input. Asking for a name that
/// the command does not declare, or for a value in a way that does not fit its declaration, is a
/// mistake of the caller and traps.
package struct ParsedArguments: Equatable, Sendable {
  /// The command that was named.
  package let command: Command
  private let arguments: [String: [String]]
  private let options: [String: [String]]

  init(command: Command, arguments: [String: [String]], options: [String: [String]]) {
    self.command = command
    self.arguments = arguments
    self.options = options
  }

  /// A required argument.
  package func argument(_ name: String) -> String {
    guard let value = values(of: name, .required).first else {
      preconditionFailure("<\(name)> passed the parser without a value")
    }
    return value
  }

  /// An optional argument, `nil` when absent.
  package func optionalArgument(_ name: String) -> String? { values(of: name, .optional).first }

  /// A repeated argument; at least one.
  package func repeatedArgument(_ name: String) -> [String] { values(of: name, .repeated) }

  /// Whether a flag is given.
  package func flag(_ name: String) -> Bool {
    let option = option(name)
    precondition(option.kind == .flag, "--\(name) takes a value")
    return !values(of: option).isEmpty
  }

  /// The text of an option that is required or has a default.
  package func text(_ name: String) -> String { certain(optionalText(name), name) }

  /// The text of an option, `nil` when it is absent and has no default.
  package func optionalText(_ name: String) -> String? {
    let option = option(name)
    precondition(option.kind == .text, "--\(name) is not declared as text")
    precondition(option.arity != .repeated, "--\(name) is declared as repeated")
    return values(of: option).first
  }

  /// The texts of a repeated option, in their order.
  package func repeatedText(_ name: String) -> [String] {
    let option = option(name)
    precondition(option.kind == .text, "--\(name) is not declared as text")
    precondition(option.arity == .repeated, "--\(name) is not declared as repeated")
    return values(of: option)
  }

  /// The value of a choice that has a default.
  package func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> Value {
    certain(optionalChoice(name, of: type), name)
  }

  /// The value of a choice, `nil` when it is absent and has no default.
  package func optionalChoice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> Value? {
    let option = option(name)
    precondition(
      option.kind == .choice(Value.allCases.map(\.rawValue)), "--\(name) is no choice of \(type)")
    return values(of: option).first.map { accepted(Value(rawValue: $0), name) }
  }

  /// The values of a list of choices that has a default, in the order given.
  package func choices<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> [Value] {
    let option = option(name)
    precondition(
      option.kind == .choices(Value.allCases.map(\.rawValue)), "--\(name) is no list of \(type)")
    return certain(values(of: option).first, name).split(separator: ",").map {
      accepted(Value(rawValue: String($0)), name)
    }
  }

  /// The value of a choice of which one may have a number, and the number.
  package func optionalNumberedChoice<Value: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Value.Type
  ) -> (choice: Value, number: Double?)? {
    let option = option(name)
    guard case .numberedChoice(let all, let numbered, _) = option.kind,
      all == Value.allCases.map(\.rawValue)
    else {
      preconditionFailure("--\(name) is no choice of \(type) with a number")
    }
    return values(of: option).first.map { value in
      let number = Option.number(behind: numbered, in: value)
      let choice = Value(rawValue: number == nil ? value : numbered)
      return (accepted(choice, name), number)
    }
  }

  /// The value of a percentage as a share: 0.5 for `50%`; `nil` when it is absent.
  package func optionalShare(_ name: String) -> Double? {
    let option = option(name)
    guard case .percentage = option.kind else {
      preconditionFailure("--\(name) is not declared as percentage")
    }
    return values(of: option).first.map { accepted(Option.share($0), name) }
  }

  /// The value of an integer option that has a default.
  package func integer(_ name: String) -> Int { certain(optionalInteger(name), name) }

  /// The value of an integer option, `nil` when it is absent and has no default.
  package func optionalInteger(_ name: String) -> Int? {
    let option = option(name)
    guard case .integer = option.kind else {
      preconditionFailure("--\(name) is not declared as integer")
    }
    return values(of: option).first.map { accepted(Int($0), name) }
  }

  /// The value of a number option that has a default.
  package func number(_ name: String) -> Double { certain(optionalNumber(name), name) }

  /// The value of a number option, `nil` when it is absent and has no default.
  package func optionalNumber(_ name: String) -> Double? {
    let option = option(name)
    guard case .number = option.kind else {
      preconditionFailure("--\(name) is not declared as number")
    }
    return values(of: option).first.map { accepted(Double($0), name) }
  }

  private func option(_ name: String) -> Option {
    guard let option = command.options.first(where: { $0.name == name }) else {
      preconditionFailure("'\(command.name)' declares no option --\(name)")
    }
    return option
  }

  private func values(of option: Option) -> [String] { options[option.name] ?? [] }

  private func values(of name: String, _ arity: Argument.Arity) -> [String] {
    guard let argument = command.arguments.first(where: { $0.name == name }) else {
      preconditionFailure("'\(command.name)' declares no argument <\(name)>")
    }
    precondition(argument.arity == arity, "<\(name)> is declared as \(argument.arity)")
    return arguments[name] ?? []
  }

  /// The value of an option that is never absent, whatever the command line.
  private func certain<Value>(_ value: Value?, _ name: String) -> Value {
    guard option(name).arity != .optional(default: nil), let value else {
      preconditionFailure("--\(name) may be absent: it is neither required nor has a default")
    }
    return value
  }

  /// A value that the parser has accepted.
  private func accepted<Value>(_ value: Value?, _ name: String) -> Value {
    guard let value else { preconditionFailure("--\(name) passed the parser with a bad value") }
    return value
  }
}
