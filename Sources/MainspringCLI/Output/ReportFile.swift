// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// The HTML file of a command that writes one.
struct ReportFile {
  private let path: String
  /// Nothing else may be printed there then.
  let isStandardOutput: Bool

  static let option: Option = .text(
    "report", valueName: "file",
    help: "The HTML file to write: one page with plots that needs nothing else.")

  /// - Parameter inputs: every file the command reads.
  /// - Returns: nil when none is asked for.
  static func given(_ arguments: ParsedArguments, inputs: [String]) throws(Failure) -> ReportFile? {
    guard let path = arguments.optionalText("report") else { return nil }
    let paths = try OutputPaths([path], inputs: inputs, option: "report", arguments)
    return ReportFile(path: path, isStandardOutput: paths.usesStandardOutput)
  }

  func write(_ text: String) throws(Failure) {
    do throws(FileError) {
      try writeAtomically(Array(text.utf8), to: path)
    } catch {
      throw Failure(error)
    }
  }
}
