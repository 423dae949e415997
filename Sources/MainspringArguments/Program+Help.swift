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
      commandNames.indices.map { (commandNames[$0], command(at: $0).summary) }
        + [("help", "Show the help of a command.")])
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
      command.options.map { (($0.short.map { "-\($0), " } ?? "    ") + $0.term, $0.helpText) }
        + [("-h, --help", "Show this help.")])
    page.examples(command.examples)
    return page.text
  }
}
