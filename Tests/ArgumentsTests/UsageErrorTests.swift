// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import Testing
import _MainspringTestSupport

@Suite struct UsageErrorTests {
  @Test func saysWhereToReadMore() {
    #expect(
      failure(["grind", "bag"])?.description == """
        missing option '--output <cup>'
        See 'coffee grind --help' for more information.
        """)
    #expect(
      failure([])?.description == """
        missing command; use grind or pour
        See 'coffee --help' for more information.
        """)
    #expect(UsageError.exitStatus == 64)
  }

  @Test func suggestsCommands() {
    #expect(complaint("grnid") == "unknown command 'grnid'; did you mean 'grind'?")
    #expect(complaint("Pour") == "unknown command 'Pour'; did you mean 'pour'?")
    #expect(complaint("gr") == "unknown command 'gr'; did you mean 'grind'?")
    #expect(complaint("bag.h5") == "unknown command 'bag.h5'; use grind, pour or help")
    #expect(complaint("") == "unknown command ''; use grind, pour or help")
    #expect(complaint("-") == "unknown command '-'; use grind, pour or help")
  }

  @Test func suggestsOptions() {
    #expect(complaint("--verison") == "unknown option '--verison'; did you mean '--version'?")
    #expect(complaint("-x") == "unknown option '-x'")
    func grinding(_ words: String...) -> String? {
      failure(["grind", "bag", "-o", "cup"] + words)?.message
    }
    #expect(grinding("--grian", "fine") == "unknown option '--grian'; did you mean '--grain'?")
    #expect(grinding("--grian=fine") == "unknown option '--grian'; did you mean '--grain'?")
    #expect(grinding("--pres") == "unknown option '--pres'; did you mean '--pressure'?")
    #expect(grinding("-cups", "3") == "unknown option '-cups'; did you mean '--cups'?")
    #expect(grinding("--temperature") == "unknown option '--temperature'")
    #expect(grinding("-qx") == "unknown option '-x'")
    #expect(grinding("--=") == "unknown option '--'")
  }

  @Test func namesWhatIsMissing() {
    #expect(complaint("grind", "-o", "cup") == "missing argument '<beans>'")
    #expect(complaint("pour") == "missing argument '<cup>'")
    #expect(complaint("grind", "bag", "-o") == "missing value for '--output <cup>'")
    #expect(complaint("grind", "bag", "-o", "--quiet") == "missing value for '--output <cup>'")
    #expect(complaint("grind", "bag", "-o", "--") == "missing value for '--output <cup>'")
  }

  @Test func namesWhatIsTooMuch() {
    #expect(complaint("grind", "a", "b", "c", "-o", "d") == "unexpected argument 'c'")
    #expect(
      complaint("grind", "a", "-o", "b", "--output=c") == "option '--output' is given twice")
    #expect(complaint("grind", "a", "-o", "b", "-qq") == "option '--quiet' is given twice")
    #expect(
      complaint("grind", "a", "-o", "b", "--quiet=yes")
        == "the option '--quiet' takes no value, found 'yes'")
    #expect(
      complaint("grind", "a", "-o", "b", "-q=yes")
        == "the option '--quiet' takes no value, found 'yes'")
  }

  @Test(arguments: [
    ("--grain=9", "the value '9' is invalid for '--grain <grain>'; use fine, medium or coarse"),
    ("--grain=", "the value '' is invalid for '--grain <grain>'; use fine, medium or coarse"),
    ("--cups=0", "the value '0' is invalid for '--cups <n>'; use an integer from 1 to 12"),
    ("--cups=2.0", "the value '2.0' is invalid for '--cups <n>'; use an integer from 1 to 12"),
    (
      "--cups=99999999999999999999",
      "the value '99999999999999999999' is invalid for '--cups <n>'; use an integer from 1 to 12"
    ),
    (
      "--pressure=nan",
      "the value 'nan' is invalid for '--pressure <bar>'; use a number from -1 to 15.5"
    ),
    (
      "--pressure=16",
      "the value '16' is invalid for '--pressure <bar>'; use a number from -1 to 15.5"
    ),
    ("-o=", "the value '' is invalid for '--output <cup>'; use a text that is not empty"),
  ])
  func listsWhatIsValid(word: String, message: String) {
    let output = word.hasPrefix("-o") ? [] : ["-o", "cup"]
    #expect(failure(["grind", "bag"] + output + [word])?.message == message)
  }

  @Test func wordsRangesWithOpenEnds() {
    func message(_ option: Option) -> String? {
      let program = Program(
        "p", version: "1", summary: "", commands: [Command("c", summary: "", options: [option])])
      do throws(UsageError) {
        _ = try program.parse(["c", "-n", "x"])
        return nil
      } catch {
        return error.message
      }
    }
    func integer(_ range: ClosedRange<Int>) -> Option {
      .integer("number", short: "n", in: range, default: nil, help: "")
    }
    let start = "the value 'x' is invalid for '--number <n>'; use an integer"
    #expect(message(integer(1...Int.max)) == "\(start) of at least 1")
    #expect(message(integer(Int.min...0)) == "\(start) of at most 0")
    #expect(message(integer(Int.min...Int.max)) == "\(start)")
  }

  @Test func staysOnOneLineWhateverIsTyped() {
    #expect(
      complaint("a\nb\u{1b}[31m\u{202e}")
        == "unknown command 'a\\u{a}b\\u{1b}[31m\\u{202e}'; use grind, pour or help")
    #expect(complaint("grüße") == "unknown command 'grüße'; use grind, pour or help")
  }

  @Test func answersAnyLineWithValuesOrOneTypedError() {
    var random = SplitMix64(seed: 5)
    let words = [
      "grind", "pour", "help", "--", "-", "--help", "-o", "--output", "--output=", "-g", "fine",
      "-gfine", "--cups=3", "-c", "-5", "", "=", "--=", "-=", "-q=", "-qv", "\u{0}", "💧", "--💧=1",
    ]
    var errorCount = 0
    for _ in 0..<5_000 {
      let line = (0..<random.index(below: 8)).map { _ in words[random.index(below: words.count)] }
      guard let error = failure(line) else { continue }
      errorCount += 1
      #expect(error.description.split(separator: "\n").count == 2, "\(line)")
    }
    #expect(errorCount > 1_000 && errorCount < 5_000)
  }
}
