// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

/// The help, word for word; `UPDATE_GOLDEN=1` writes the files anew.
struct HelpTests {
  @Test(arguments: ["", "inspect", "convert", "run", "stream", "fit-decisions", "bench"])
  func isAsWritten(command: String) throws {
    let outcome = try Shell().run("mainspring \(command) --help")
    #expect(outcome.status == 0 && outcome.errors == "")
    let path = Location.fixture("cli/\(command.isEmpty ? "mainspring" : command).txt")
    if Location.environment("UPDATE_GOLDEN") != nil {
      try writeFile(path, Array(outcome.output.utf8))
    }
    #expect(outcome.output == String(decoding: try readFile(path), as: UTF8.self))
    #expect(!outcome.output.split(separator: "\n").contains { $0.count > 80 })
  }

  @Test func versionIsPrinted() throws {
    let outcome = try Shell().run("mainspring --version")
    #expect(outcome.status == 0 && outcome.output == "mainspring 0.1.0\n")
  }
}
