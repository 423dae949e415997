// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// A page, a picture or rules that a command writes at its end.
struct TextFile {
  private let path: String
  /// Nothing else may be printed there then.
  let isStandardOutput: Bool

  static let reportOption: Option = .text(
    "report", valueName: "file",
    help: "The HTML file to write: one page with plots that needs nothing else.")

  /// Looks at the file before the work begins that it is to hold the result of.
  ///
  /// - Parameters:
  ///   - option: what the path is given with.
  ///   - inputs: every file the command reads.
  /// - Returns: nil when none is asked for.
  /// - Throws: ``Failure`` for a file that cannot be written, or would take the place of an input.
  static func given(
    _ option: String, inputs: [String], _ arguments: ParsedArguments
  ) throws(Failure) -> TextFile? {
    guard let path = arguments.optionalText(option) else { return nil }
    let paths = try OutputPaths([path], inputs: inputs, option: option, arguments)
    try paths.requireWritable()
    return TextFile(path: paths.paths[0], isStandardOutput: paths.usesStandardOutput)
  }

  func write(_ text: String) throws(Failure) {
    do throws(FileError) {
      try writeAtomically(Array(text.utf8), to: path)
    } catch {
      throw Failure(error)
    }
  }
}
