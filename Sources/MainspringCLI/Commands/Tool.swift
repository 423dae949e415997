// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// The `mainspring` program: its commands, and how an outcome becomes output and an exit code.
public enum Tool {
  static let program: Program = Program(
    "mainspring", version: converterVersion,
    summary: "Runs Keras models for watch sensors, without Python.",
    discussion: """
      Reads Keras files (.h5, .keras, .weights.h5) and TFLite files, writes TFLite files that stock \
      runtimes load too, and runs either on windows of sensor samples.
      """,
    commandNames: subcommands.map { $0.name }, declaration: { subcommands[$0].command })

  private static let subcommands: [any Subcommand.Type] = [
    InspectCommand.self, ConvertCommand.self, RunCommand.self, BenchCommand.self,
    CheckCommand.self, CompareCommand.self, EvaluateCommand.self, StreamCommand.self,
    FitDecisionsCommand.self,
  ]

  /// Runs one command line.
  ///
  /// - Parameter arguments: without the program's own name; nil for one that is not UTF-8.
  /// - Returns: the exit code: 0, or one of `sysexits.h`.
  public static func main(_ arguments: [String?]) -> Int32 {
    do throws(Failure) {
      let arguments = try arguments.enumerated().map { (index, argument) throws(Failure) in
        guard let argument else {
          throw Failure(.usage, "argument \(index + 1): expected UTF-8, found other bytes")
        }
        return argument
      }
      try run(try invocation(arguments))
      return 0
    } catch {
      Console.note("error: \(error.message)")
      if let hint = error.hint { Console.note(hint) }
      return error.code.rawValue
    }
  }

  private static func invocation(_ arguments: [String]) throws(Failure) -> Program.Invocation {
    do throws(UsageError) {
      return try program.parse(arguments)
    } catch {
      throw Failure(error)
    }
  }

  private static func run(_ invocation: Program.Invocation) throws(Failure) {
    switch invocation {
    case .text(let text):
      try Console.print(text)
    case .command(let arguments):
      let name = arguments.command.name
      guard let subcommand = subcommands.first(where: { $0.name == name }) else {
        preconditionFailure("a command of the program without an implementation")
      }
      try subcommand.run(arguments)
    }
  }
}
