// SPDX-License-Identifier: Apache-2.0

/// Reads the arguments of one command.
///
/// `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, clusters of one-letter flags,
/// and `--` before arguments that start with a hyphen. Options and arguments may be mixed.
struct ArgumentParser {
  private let program: String
  private let command: Command
  private var rest: ArraySlice<String>
  private var positionals: [String] = []
  private var values: [String: [String]] = [:]
  /// The last option that took all words up to the next one.
  private var greedy: String?

  init(program: String, command: Command, arguments: ArraySlice<String>) {
    self.program = program
    self.command = command
    rest = arguments
  }

  mutating func parse() throws(UsageError) -> ParsedArguments {
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        rest = []
      } else if word.hasPrefix("--") {
        try parseLong(word)
      } else if word.hasPrefix("-"), word != "-", !isNumber(word) {
        try parseShort(word)
      } else {
        positionals.append(word)
      }
    }
    let arguments = try assignPositionals()
    for option in command.options where values[option.name] == nil {
      switch option.arity {
      case .required: throw error(.missingOption(option.display))
      case .optional(let value): values[option.name] = value.map { [$0] } ?? []
      case .repeated: values[option.name] = []
      }
    }
    return ParsedArguments(command: command, arguments: arguments, options: values)
  }

  private mutating func parseLong(_ word: String) throws(UsageError) {
    let body = word.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    guard let option = command.options.first(where: { $0.name == name }) else {
      let known = command.options.map { "--\($0.name)" } + ["--help"]
      let written = "--\(name)"
      throw error(.unknownOption(written, suggestion: suggestion(for: written, among: known)))
    }
    let attached = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
    if option.kind == .flag {
      if let attached { throw error(.unexpectedValue(attached, option: option.display)) }
      try add("", to: option)
    } else if let attached {
      try add(attached, to: option)
    } else {
      try addNext(to: option)
    }
  }

  private mutating func parseShort(_ word: String) throws(UsageError) {
    // '-output' is a slip for '--output', not '-o utput'.
    let name = word.dropFirst().prefix { $0 != "=" }
    if name.count > 1, command.options.contains(where: { $0.name == name }) {
      throw error(.unknownOption("-\(name)", suggestion: "--\(name)"))
    }
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = command.options.first(where: { $0.short == letter }) else {
        throw error(.unknownOption("-\(letter)", suggestion: nil))
      }
      if option.kind == .flag {
        if letters.first == "=" {
          throw error(.unexpectedValue(String(letters.dropFirst()), option: option.display))
        }
        try add("", to: option)
        continue
      }
      if letters.isEmpty {
        try addNext(to: option)
      } else {
        try add(String(letters.first == "=" ? letters.dropFirst() : letters), to: option)
      }
      return
    }
  }

  /// Takes the next word, or all up to the next option.
  private mutating func addNext(to option: Option) throws(UsageError) {
    guard let value = nextValue() else { throw error(.missingValue(option: option.display)) }
    try add(value, to: option)
    guard option.takesSeveral else { return }
    greedy = option.term
    while let value = nextValue() { try add(value, to: option) }
  }

  /// The next word, unless it looks like an option; such a value is given with `=`.
  private mutating func nextValue() -> String? {
    guard let value = rest.first, !value.hasPrefix("-") || value == "-" || isNumber(value) else {
      return nil
    }
    return rest.removeFirst()
  }

  private mutating func add(_ value: String, to option: Option) throws(UsageError) {
    if values[option.name] != nil, option.arity != .repeated {
      throw error(.repeatedOption("--\(option.name)"))
    }
    if option.kind != .flag, let expected = option.fault(in: value) {
      throw error(.invalidValue(value, option: option.display, expected: expected))
    }
    values[option.name, default: []].append(value)
  }

  private func assignPositionals() throws(UsageError) -> [String: [String]] {
    var left = positionals[...]
    var arguments: [String: [String]] = [:]
    for argument in command.arguments {
      switch argument.arity {
      case .required:
        guard let value = left.popFirst() else { throw missing(argument) }
        arguments[argument.name] = [value]
      case .optional:
        arguments[argument.name] = left.popFirst().map { [$0] } ?? []
      case .repeated:
        if left.isEmpty { throw missing(argument) }
        arguments[argument.name] = Array(left)
        left = []
      }
    }
    if let extra = left.first { throw error(.unexpectedArgument(extra)) }
    return arguments
  }

  private func missing(_ argument: Argument) -> UsageError {
    error(.missingArgument(argument.name, before: greedy))
  }

  /// Whether the word is a negative number rather than an option.
  private func isNumber(_ word: String) -> Bool {
    guard let second = word.dropFirst().first, second.isNumber || second == "." else {
      return false
    }
    return Double(word) != nil
  }

  private func error(_ kind: UsageError.Kind) -> UsageError {
    UsageError(kind, program: program, command: command.name)
  }
}
