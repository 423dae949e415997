// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import Testing

@Suite struct ParsingTests {
  @Test func fillsInDefaults() throws {
    let arguments = try parsed("grind bag -o cup")
    #expect(arguments.command == grind)
    #expect(arguments.argument("beans") == "bag")
    #expect(arguments.optionalArgument("spare") == nil)
    #expect(arguments.choice("grain", of: Grain.self) == .medium)
    #expect(arguments.text("output") == "cup")
    #expect(arguments.integer("cups") == 2)
    #expect(arguments.optionalNumber("pressure") == nil)
    #expect(arguments.repeatedText("additional-flavour") == [])
    #expect(!arguments.flag("quiet"))
  }

  @Test(arguments: [
    "grind bag other --grain fine --output cup --cups 3 --pressure 9.5 --quiet",
    "grind --grain=fine --output=cup --cups=3 --pressure=9.5 --quiet bag other",
    "grind -g fine -o cup -c 3 bag --pressure 9.5 -q other",
    "grind -gfine -ocup -c3 --pressure=9.5 -q -- bag other",
    "grind -g=fine -o=cup -qc3 bag other --pressure 9.5",
  ])
  func readsEverySpelling(line: String) throws {
    let arguments = try parsed(line)
    #expect(arguments.argument("beans") == "bag")
    #expect(arguments.optionalArgument("spare") == "other")
    #expect(arguments.optionalChoice("grain", of: Grain.self) == .fine)
    #expect(arguments.optionalText("output") == "cup")
    #expect(arguments.optionalInteger("cups") == 3)
    #expect(arguments.optionalNumber("pressure") == 9.5)
    #expect(arguments.flag("quiet"))
    #expect(!arguments.flag("verbose"))
  }

  @Test func collectsRepeatedOptions() throws {
    let arguments = try parsed(
      "grind bag -o cup --additional-flavour salt --additional-flavour=a=b")
    #expect(arguments.repeatedText("additional-flavour") == ["salt", "a=b"])
    #expect(try parsed("pour a b a").repeatedArgument("cup") == ["a", "b", "a"])
  }

  @Test func takesHyphensAndNegativeNumbersAsValues() throws {
    #expect(try parsed("grind - -o -").argument("beans") == "-")
    #expect(try parsed("grind - -o -").text("output") == "-")
    #expect(try parsed("grind bag -o cup --pressure -0.5").optionalNumber("pressure") == -0.5)
    #expect(try parsed("grind -5 -o cup").argument("beans") == "-5")
    #expect(try parsed("grind bag --output=--strange").text("output") == "--strange")
    #expect(try parsed("grind bag -o-strange").text("output") == "-strange")
    #expect(try parsed("grind -o cup -- --bag").argument("beans") == "--bag")
  }

  @Test func trapsOnNamesThatAreNotDeclared() async {
    await #expect(processExitsWith: trapped) { _ = try parsed("grind bag -o c").flag("quite") }
    await #expect(processExitsWith: trapped) { _ = try parsed("grind bag -o c").argument("bean") }
  }

  @Test func trapsOnAccessThatDoesNotFitTheDeclaration() async {
    await #expect(processExitsWith: trapped) { _ = try parsed("grind bag -o c").flag("output") }
    await #expect(processExitsWith: trapped) { _ = try parsed("grind bag -o c").text("cups") }
    await #expect(processExitsWith: trapped) {
      _ = try parsed("grind bag x -o c").argument("spare")
    }
    // It may be absent, so this traps even where it is given.
    await #expect(processExitsWith: trapped) {
      _ = try parsed("grind bag -o c --pressure 1").number("pressure")
    }
  }

  @Test func trapsOnContradictoryDeclarations() async {
    await #expect(processExitsWith: trapped) {
      _ = Command("x", summary: "", options: [.flag("a", help: ""), .flag("a", help: "")])
    }
    await #expect(processExitsWith: trapped) {
      _ = Option.integer("n", in: 1...3, default: 4, help: "")
    }
    await #expect(processExitsWith: trapped) {
      _ = Command(
        "x", summary: "",
        arguments: [
          Argument("many", arity: .repeated, help: ""), Argument("one", help: ""),
        ])
    }
    await #expect(processExitsWith: trapped) {
      _ = Program("x", version: "1", summary: "", commands: [pour, pour])
    }
  }
}
