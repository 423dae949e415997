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
    commands: [InspectCommand.command, ConvertCommand.command, RunCommand.command])

  /// Runs one command line.
  ///
  /// - Parameter arguments: without the program's own name.
  /// - Returns: the exit code: 0, or one of `sysexits.h`; see ``Failure/Code``.
  public static func main(_ arguments: [String]) -> Int32 {
    do throws(Failure) {
      try run(try invocation(arguments))
      return 0
    } catch {
      Console.note("error: \(error.message)")
      return error.code.rawValue
    }
  }

  private static func invocation(_ arguments: [String]) throws(Failure) -> Program.Invocation {
    do throws(UsageError) {
      return try program.parse(arguments)
    } catch {
      throw Failure(.usage, "\(error)")
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
      default: preconditionFailure("a command of the program without an implementation")
      }
    }
  }
}

/// A usage mistake only the command itself can find.
func usageFailure(_ text: String, _ arguments: ParsedArguments) -> Failure {
  let error = UsageError(
    .conflict(text), program: Tool.program.name, command: arguments.command.name)
  return Failure(.usage, "\(error)")
}
