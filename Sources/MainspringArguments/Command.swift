// SPDX-License-Identifier: Apache-2.0

/// One command of a program, such as `convert` in `mainspring convert`.
package struct Command: Equatable, Sendable {
  /// A command line worth showing, and what it does.
  package struct Example: Equatable, Sendable {
    /// What it does, without a full stop; the help puts a colon behind it.
    package let text: String
    /// One line, or several of which all but the last end in a backslash.
    package let line: String

    package init(_ text: String, _ line: String) {
      self.text = text
      self.line = line
    }
  }

  package let name: String
  /// One sentence, shown in the list of commands and at the head of the command's help.
  package let summary: String
  /// Paragraphs separated by empty lines; they are filled to the width of the help.
  package let discussion: String
  package let arguments: [Argument]
  package let options: [Option]
  package let examples: [Example]

  /// Declares a command; traps on a declaration that contradicts itself.
  package init(
    _ name: String, summary: String, discussion: String = "", arguments: [Argument] = [],
    options: [Option] = [], examples: [Example] = []
  ) {
    precondition(isWord(name) && name != "help", "'\(name)' is no name for a command")
    var names = Set<String>()
    var shorts = Set<Character>()
    for argument in arguments {
      precondition(names.insert(argument.name).inserted, "<\(argument.name)> declared twice")
    }
    for option in options {
      precondition(names.insert(option.name).inserted, "--\(option.name) declared twice")
      if let short = option.short {
        precondition(shorts.insert(short).inserted, "-\(short) declared twice")
      }
    }
    let tail = arguments.drop { $0.arity == .required }
    precondition(
      tail.allSatisfy { $0.arity == .optional } || tail.count == 1,
      "optional arguments stand behind required ones, a repeated one alone at the end")
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
  }
}
