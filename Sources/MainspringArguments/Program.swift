// SPDX-License-Identifier: Apache-2.0

/// A command line tool: a name, a version and its commands.
///
///     let program = Program(
///       "mainspring", version: "0.1.0", summary: "Run Keras models.", commands: [convert, run])
///     switch try program.parse(arguments) {
///     case .text(let text): output.write(text)
///     case .command(let arguments): …
///     }
package struct Program: Sendable {
  /// What the command line asks for.
  package enum Invocation: Equatable, Sendable {
    /// Help or version: print it to standard output and exit with 0.
    case text(String)
    /// Run `arguments.command`.
    case command(ParsedArguments)
  }

  package let name: String
  package let version: String
  package let summary: String
  package let discussion: String
  /// The names of its commands, in the order of the help.
  package let commandNames: [String]
  private let declaration: @Sendable (Int) -> Command

  /// Declares a program; traps on two commands of the same name.
  package init(
    _ name: String, version: String, summary: String, discussion: String = "", commands: [Command]
  ) {
    self.init(
      name, version: version, summary: summary, discussion: discussion,
      commandNames: commands.map(\.name), declaration: { commands[$0] })
  }

  /// Declares a program whose commands are declared when they are asked for, so that a start pays
  /// for one of them; traps on two of the same name.
  ///
  /// - Parameter declaration: of the command at an index of `commandNames`.
  package init(
    _ name: String, version: String, summary: String, discussion: String = "",
    commandNames: [String], declaration: @escaping @Sendable (Int) -> Command
  ) {
    precondition(!commandNames.isEmpty, "a program without commands")
    precondition(Set(commandNames).count == commandNames.count, "a command declared twice")
    self.name = name
    self.version = version
    self.summary = summary
    self.discussion = discussion
    self.commandNames = commandNames
    self.declaration = declaration
  }

  /// The command at an index of ``commandNames``; traps where it calls itself something else.
  func command(at index: Int) -> Command {
    let command = declaration(index)
    precondition(command.name == commandNames[index], "'\(command.name)' is listed as another")
    return command
  }

  /// Reads a command line.
  ///
  /// - Parameter arguments: The arguments without the program's own name.
  /// - Throws: `UsageError` for the first mistake found.
  /// - Complexity: O(number of arguments · number of options).
  package func parse(_ arguments: [String]) throws(UsageError) -> Invocation {
    guard let first = arguments.first else {
      throw UsageError(.missingCommand(expected: commandNames), program: name)
    }
    switch first {
    case "--help", "-h": return .text(help())
    case "--version": return .text("\(name) \(version)\n")
    case "help": return .text(try help(topics: arguments.dropFirst()))
    default: break
    }
    if first.hasPrefix("-"), first != "-" {
      let known = ["--help", "--version"]
      let option = String(first.prefix { $0 != "=" })
      throw UsageError(
        .unknownOption(option, suggestion: suggestion(for: option, among: known)), program: name)
    }
    let command = try command(named: first)
    let rest = arguments.dropFirst()
    // Help is wanted even where the rest of the line is wrong.
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .text(help(for: command))
    }
    var parser = ArgumentParser(program: name, command: command, arguments: rest)
    return .command(try parser.parse())
  }

  private func help(topics: ArraySlice<String>) throws(UsageError) -> String {
    guard let topic = topics.first, topic != "--help", topic != "-h" else { return help() }
    let command = try command(named: topic)
    if let extra = topics.dropFirst().first {
      throw UsageError(.unexpectedArgument(extra), program: name)
    }
    return help(for: command)
  }

  private func command(named word: String) throws(UsageError) -> Command {
    if let index = commandNames.firstIndex(of: word) { return command(at: index) }
    let names = commandNames + ["help"]
    throw UsageError(
      .unknownCommand(word, suggestion: suggestion(for: word, among: names), expected: names),
      program: name)
  }
}
