// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringArguments

/// Which file a path leads to, whatever the path is called.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let inode: UInt64
  /// The last component of a file that is not there yet; the rest then identifies its folder.
  private let name: String?
  /// A pipe, a terminal or another device, which may well be named twice.
  let isSpecial: Bool

  /// Nil when not even the folder is there.
  init?(_ path: String) {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      self.init(status, name: nil)
      return
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
    guard unsafe stat(folder, &status) == 0 else { return nil }
    self.init(
      status, name: String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...]))
  }

  private init(_ status: stat, name: String?) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    self.name = name
    isSpecial = name == nil && status.st_mode & S_IFMT != S_IFREG
  }

  /// Where the process writes its standard output.
  static let standardOutput: FileIdentity? = {
    var status = stat()
    return unsafe fstat(STDOUT_FILENO, &status) == 0 ? FileIdentity(status, name: nil) : nil
  }()
}

/// The files a command writes, checked against what it reads and against each other.
struct OutputPaths {
  let paths: [String]
  /// One of them is the standard output: nothing else may be printed there.
  let usesStandardOutput: Bool

  /// - Parameter inputs: every file the command reads.
  /// - Throws: ``Failure`` when an output would take the place of an input or of another output.
  init(_ paths: [String], inputs: [String], _ arguments: ParsedArguments) throws(Failure) {
    var taken: [FileIdentity: String] = [:]
    for input in inputs {
      if let identity = FileIdentity(input) { taken[identity] = "the input '\(input)'" }
    }
    var usesStandardOutput = false
    for path in paths {
      guard let identity = FileIdentity(path) else { continue }
      if identity == FileIdentity.standardOutput { usesStandardOutput = true }
      if identity.isSpecial { continue }
      if let other = taken[identity] {
        throw Failure(usage: "'--output \(path)' would take the place of \(other)", arguments)
      }
      taken[identity] = "the output '\(path)'"
    }
    if usesStandardOutput, arguments.flag("json") {
      throw Failure(usage: "'--json' and '--output' cannot both use standard output", arguments)
    }
    self.paths = paths
    self.usesStandardOutput = usesStandardOutput
  }
}
