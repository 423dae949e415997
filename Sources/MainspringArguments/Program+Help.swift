// SPDX-License-Identifier: Apache-2.0

extension Program {
  /// The help of the program: what it is and which commands it has.
  package func help() -> String {
    var page = HelpPage()
    page.paragraphs(summary)
    page.usage("\(name) <command>", ["[<arguments>]", "[<options>]"])
    page.paragraphs(discussion)
    page.section(
      "Commands",
      commands.map { ($0.name, $0.summary) } + [("help", "Show the help of a command.")])
    page.section(
      "Options",
      [("-h, --help", "Show this help."), ("    --version", "Show the version.")])
    page.paragraphs("See '\(name) help <command>' for the help of one command.")
    return page.text
  }

  /// The help of one command: usage, arguments, options, examples.
  package func help(for command: Command) -> String {
    var page = HelpPage()
    page.paragraphs(command.summary)
    let required = command.options.filter { $0.arity == .required }
    let others = command.options.filter { $0.arity != .required }
    page.usage(
      "\(name) \(command.name)",
      command.arguments.map(\.usage) + required.map(\.usage) + others.map(\.usage))
    page.paragraphs(command.discussion)
    page.section("Arguments", command.arguments.map { ("<\($0.name)>", $0.help) })
    page.section(
      "Options",
      command.options.map { option in
        (option.short.map { "-\($0), " } ?? "    ") + option.display
      }.enumerated().map { ($1, command.options[$0].helpText) }
        + [("-h, --help", "Show this help.")])
    page.examples(command.examples)
    return page.text
  }
}

extension Option {
  /// The help with what follows from the declaration: values, range, default, arity.
  var helpText: String {
    var notes: [String] = []
    switch kind {
    case .flag, .text: break
    case .choice(let values): notes.append("values: \(values.joined(separator: ", "))")
    case .integer(let range): notes.append("range: \(range.lowerBound) to \(range.upperBound)")
    case .number(let range): notes.append("range: \(range.lowerBound) to \(range.upperBound)")
    }
    switch arity {
    case .required: notes.append("required")
    case .repeated: notes.append("may be repeated")
    case .optional(let value): if let value { notes.append("default: \(value)") }
    }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}
