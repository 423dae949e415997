// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringConvert

/// The files a command writes, checked against what it reads and against each other; `-` is the
/// standard output.
struct OutputPaths {
  let paths: [String]
  /// One of them is the standard output: nothing else may be printed there.
  let usesStandardOutput: Bool

  /// - Parameters:
  ///   - inputs: every file the command reads.
  ///   - option: what the paths were given with.
  /// - Throws: ``Failure`` when an output would take the place of an input or of another output.
  init(
    _ paths: [String], inputs: [String], option: String = "output", _ arguments: ParsedArguments
  ) throws(Failure) {
    let paths = paths.map { $0 == "-" ? "/dev/stdout" : $0 }
    var taken: [FileIdentity: String] = [:]
    for input in inputs {
      if let identity = FileIdentity(of: input) { taken[identity] = "the input '\(input)'" }
    }
    var usesStandardOutput = false
    for path in paths {
      guard let identity = FileIdentity(writing: path) else { continue }
      if identity == FileIdentity.standardOutput { usesStandardOutput = true }
      if identity.isSpecial { continue }
      if let other = taken[identity] {
        throw Failure(usage: "'--\(option) \(path)' would take the place of \(other)", arguments)
      }
      taken[identity] = "the output '\(path)'"
    }
    if usesStandardOutput, arguments.flag("json") {
      throw Failure(usage: "'--json' and '--\(option)' cannot both use standard output", arguments)
    }
    self.paths = paths
    self.usesStandardOutput = usesStandardOutput
  }

  /// Finds out before the work what would fail behind it.
  func requireWritable() throws(Failure) {
    for path in paths where FileIdentity(writing: path)?.isSpecial != true {
      do throws(FileError) { _ = try OutputFile(replacing: path) } catch { throw Failure(error) }
    }
  }
}
