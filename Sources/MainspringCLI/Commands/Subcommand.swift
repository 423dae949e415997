// SPDX-License-Identifier: Apache-2.0

import MainspringArguments

/// A command of ``Tool``. A new one is a type of this kind and its place in the tool's list.
protocol Subcommand: SendableMetatype {
  /// The word on the command line.
  static var name: String { get }
  /// Arguments, options and help; declared when the command, or help, is asked for.
  static var command: Command { get }
  static func run(_ arguments: ParsedArguments) throws(Failure)
}
