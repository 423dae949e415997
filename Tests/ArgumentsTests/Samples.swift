// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringArguments
import Testing

/// How a process ends on a failed precondition.
#if arch(arm64)
  let trapped = ExitTest.Condition.signal(SIGTRAP)
#else
  let trapped = ExitTest.Condition.signal(SIGILL)
#endif

enum Grain: String, CaseIterable { case fine, medium, coarse }

/// A command with one of everything.
let grind = Command(
  "grind", summary: "Grind beans.",
  discussion: """
    Takes beans and gives powder. The grain decides how long the water takes to run through, so
    choose it by the machine and not by the beans.

    Beans that are not roasted are refused.
    """,
  arguments: [
    Argument("beans", help: "A bag of beans."),
    Argument("spare", arity: .optional, help: "Another bag, opened when the first one is empty."),
  ],
  options: [
    .choice("grain", short: "g", of: Grain.self, default: .medium, help: "Size of the grains."),
    .text("output", short: "o", valueName: "cup", arity: .required, help: "Where it falls."),
    .integer("cups", short: "c", in: 1...12, default: 2, help: "How many cups."),
    .number("pressure", valueName: "bar", in: -1...15.5, default: nil, help: "Over the air's."),
    .text("additional-flavour", valueName: "flavour", arity: .repeated, help: "Goes in as well."),
    .flag("quiet", short: "q", help: "Say nothing."),
    .flag("verbose", short: "v", help: "Say more."),
  ],
  examples: [
    .init("Two strong cups", "coffee grind bag --output cup -g fine"),
    .init("A whole pot", "coffee grind bag --output pot --cups 12"),
  ])

let pour = Command(
  "pour", summary: "Pour into cups, one after the other.",
  arguments: [Argument("cup", arity: .repeated, help: "A cup.")])

let coffee = Program(
  "coffee", version: "1.2.3", summary: "Make coffee.",
  discussion: "Nothing is sent anywhere.", commands: [grind, pour])

/// The parsed arguments of a line that is expected to be valid.
func parsed(_ line: String) throws -> ParsedArguments {
  let words = line.split(separator: " ").map(String.init)
  guard case .command(let arguments) = try coffee.parse(words) else {
    throw Unexpected(description: "'\(line)' asks for help")
  }
  return arguments
}

/// What a line that asks for help prints.
func printed(_ words: String...) throws -> String {
  guard case .text(let text) = try coffee.parse(words) else {
    throw Unexpected(description: "\(words) is a command")
  }
  return text
}

/// The first line of the error that the words give; `nil` when they are valid.
func complaint(_ words: String...) -> String? { failure(words)?.message }

func failure(_ words: [String]) -> UsageError? {
  do throws(UsageError) {
    _ = try coffee.parse(words)
    return nil
  } catch {
    return error
  }
}

struct Unexpected: Error { let description: String }
