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
    commands: [
      InspectCommand.command, ConvertCommand.command, RunCommand.command, StreamCommand.command,
      FitDecisionsCommand.command, BenchCommand.command,
    ])

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
      switch arguments.command.name {
      case InspectCommand.command.name: try InspectCommand.run(arguments)
      case ConvertCommand.command.name: try ConvertCommand.run(arguments)
      case RunCommand.command.name: try RunCommand.run(arguments)
      case StreamCommand.command.name: try StreamCommand.run(arguments)
      case FitDecisionsCommand.command.name: try FitDecisionsCommand.run(arguments)
      case BenchCommand.command.name: try BenchCommand.run(arguments)
      default: preconditionFailure("a command of the program without an implementation")
      }
    }
  }
}
