// SPDX-License-Identifier: Apache-2.0

import Glibc
import _MainspringTestSupport

/// The built program, run as a user runs it.
struct Shell {
  struct Outcome {
    let status: Int32
    let output: String
    let errors: String
  }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The program stands beside the tests.
  static let program: String = {
    var path = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &path, path.count)
    let text = String(
      decoding: path.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.prefix(upTo: text.lastIndex(of: "/") ?? text.startIndex) + "/mainspring"
  }()

  /// Runs a line of shell in which `mainspring` is the program.
  func run(_ line: String) throws -> Outcome {
    let (output, errors) = (folder.file("stdout"), folder.file("stderr"))
    let script = folder.file("line.sh")
    try writeFile(
      script,
      Array("cd '\(folder.path)'\nmainspring() { '\(Self.program)' \"$@\"; }\n\(line)\n".utf8))
    let status = system("bash '\(script)' > '\(output)' 2> '\(errors)' < /dev/null")
    return Outcome(
      status: (status >> 8) & 0xff,
      output: String(decoding: try readFile(output), as: UTF8.self),
      errors: String(decoding: try readFile(errors), as: UTF8.self))
  }

  /// A copy of a fixture under a name of its own.
  func take(_ fixture: String, as name: String) throws {
    try writeFile(folder.file(name), try readFile(Location.fixture(fixture)))
  }
}
