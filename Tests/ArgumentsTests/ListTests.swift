// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import Testing

private enum Spice: String, CaseIterable { case pepper, salt, chilli }

/// Options with lists, several values, numbers behind names and percentages.
@Suite struct ListTests {
  private static let cook = Program(
    "cook", version: "1", summary: "Cook.",
    commands: [
      Command(
        "soup", summary: "Soup.", arguments: [Argument("pot", help: "The pot.")],
        options: [
          .texts("carrots", short: "c", valueName: "carrot", help: "What goes in."),
          .choices("spices", of: Spice.self, default: .salt, help: "In their order."),
          .choice(
            "heat", of: Spice.self, numbered: .chilli, in: 1...10, default: .pepper, help: "Heat."),
          .percentage("cream", in: 0...40, help: "Of the whole."),
          .flag("quick", help: "Hurry."),
        ])
    ])

  private func parsed(_ words: String...) throws -> ParsedArguments {
    guard case .command(let arguments) = try Self.cook.parse(["soup"] + words) else {
      throw Unexpected(description: "\(words) asks for help")
    }
    return arguments
  }

  private func complaint(_ words: String...) -> String? {
    do throws(UsageError) {
      _ = try Self.cook.parse(["soup"] + words)
      return nil
    } catch {
      return error.message
    }
  }

  @Test(arguments: [
    ["pot", "--carrots", "a", "b", "c"], ["pot", "-c", "a", "b", "--quick", "-c", "c"],
    ["pot", "--carrots=a", "--carrots", "b", "c"], ["--carrots", "a", "b", "c", "--quick", "pot"],
    ["-ca", "pot", "-c", "b", "c"], ["--carrots", "a", "b", "c", "--", "pot"],
  ])
  func takesAllValuesUpToTheNextOption(words: [String]) throws {
    guard case .command(let arguments) = try Self.cook.parse(["soup"] + words) else {
      throw Unexpected(description: "\(words) asks for help")
    }
    #expect(arguments.repeatedText("carrots") == ["a", "b", "c"])
    #expect(arguments.argument("pot") == "pot")
  }

  @Test func negativeNumbersAndHyphensAreValues() throws {
    let arguments = try parsed("pot", "--carrots", "-", "-2", "--quick")
    #expect(arguments.repeatedText("carrots") == ["-", "-2"])
  }

  @Test func saysWhatTookTheMissingArgument() {
    #expect(
      complaint("--carrots", "a", "pot")
        == "missing argument '<pot>'; it stands before '--carrots <carrot> ...', which takes all "
        + "values that follow")
    #expect(complaint("--carrots=a") == "missing argument '<pot>'")
    #expect(complaint("pot", "--carrots") == "missing value for '--carrots <carrot>'")
    #expect(complaint("pot", "--carrots", "--quick") == "missing value for '--carrots <carrot>'")
    #expect(
      complaint("pot", "--carrots", "a", "")
        == "the value '' is invalid for '--carrots <carrot>'; use a text that is not empty")
  }

  @Test func listsKeepTheirOrder() throws {
    #expect(try parsed("pot").choices("spices", of: Spice.self) == [.salt])
    let arguments = try parsed("pot", "--spices", "chilli,pepper")
    #expect(arguments.choices("spices", of: Spice.self) == [.chilli, .pepper])
  }

  @Test(arguments: [
    ("peper", "did you mean 'pepper'?"), ("salt,peper", "did you mean 'salt,pepper'?"),
    ("pepper,chili", "did you mean 'pepper,chilli'?"),
  ])
  func suggestsLists(value: String, hint: String) {
    #expect(
      complaint("pot", "--spices", value)
        == "the value '\(value)' is invalid for '--spices <spices>'; use pepper, salt or chilli, or "
        + "several with commas between them; \(hint)")
  }

  @Test(arguments: ["", ",", "salt,", "salt,salt", "salt pepper", "9", "salt,saltt", "salt,9"])
  func refusesLists(value: String) {
    #expect(
      complaint("pot", "--spices", value)
        == "the value '\(value)' is invalid for '--spices <spices>'; use pepper, salt or chilli, or "
        + "several with commas between them")
  }

  @Test func oneChoiceMayHaveANumber() throws {
    func heat(_ words: String...) throws -> (choice: Spice, number: Double?)? {
      guard case .command(let arguments) = try Self.cook.parse(["soup", "pot"] + words) else {
        return nil
      }
      return arguments.optionalNumberedChoice("heat", of: Spice.self)
    }
    let plain = try #require(try heat())
    #expect(plain.choice == .pepper && plain.number == nil)
    let bare = try #require(try heat("--heat", "chilli"))
    #expect(bare.choice == .chilli && bare.number == nil)
    let numbered = try #require(try heat("--heat", "chilli:9.5"))
    #expect(numbered.choice == .chilli && numbered.number == 9.5)
  }

  @Test(arguments: [
    "chilli:", "chilli:11", "chilli:nan", "chilli:x", "salt:2", "chilli:0.5", "chilli:inf", "",
  ])
  func refusesNumbers(value: String) {
    let message = complaint("pot", "--heat", value)
    #expect(
      message?.hasPrefix(
        "the value '\(value)' is invalid for '--heat <heat>'; use pepper, salt or chilli[:x], x "
          + "from 1 to 10") == true, "\(message ?? "")")
  }

  /// The share is the double next to the decimal number: 99.7 / 100 would be off by a bit.
  @Test(arguments: [
    ("0%", 0), ("0.5%", 0.005), ("40%", 0.4), ("3.1%", 0.031), ("29.7%", 0.297), ("+1.%", 0.01),
  ])
  func readsPercentages(value: String, share: Double) throws {
    #expect(try parsed("pot", "--cream", value).optionalShare("cream") == share)
    #expect(try parsed("pot").optionalShare("cream") == nil)
  }

  @Test(arguments: ["5", "0.05", "", "%", "41%", "-1%", "nan%", "inf%", "1e1%", "5%%", "5 %"])
  func refusesPercentages(value: String) {
    #expect(
      complaint("pot", "--cream=\(value)")
        == "the value '\(value)' is invalid for '--cream <x%>'; use a percentage from 0 to 40 with "
        + "its sign, such as 20%")
  }

  @Test func helpTellsWhatTheyTake() throws {
    guard case .text(let text) = try Self.cook.parse(["help", "soup"]) else { return }
    #expect(
      text == """
        Soup.

        Usage: cook soup <pot> [--carrots <carrot> ...] [--spices <spices>]
                         [--heat <heat>] [--cream <x%>] [--quick]

        Arguments:
          <pot>                    The pot.

        Options:
          -c, --carrots <carrot> ...
                                   What goes in. (may be repeated)
              --spices <spices>    In their order. (pepper, salt, chilli; default: salt)
              --heat <heat>        Heat. (pepper, salt or chilli[:x], x from 1 to 10;
                                   default: pepper)
              --cream <x%>         Of the whole. (a percentage from 0 to 40)
              --quick              Hurry.
          -h, --help               Show this help.

        """)
  }

  @Test func trapsOnAccessThatDoesNotFitTheDeclaration() async {
    await #expect(processExitsWith: trapped) {
      _ = try ListTests().parsed("pot").optionalShare("heat")
    }
    await #expect(processExitsWith: trapped) {
      _ = try ListTests().parsed("pot").choices("spices", of: Grain.self)
    }
    await #expect(processExitsWith: trapped) {
      _ = try ListTests().parsed("pot").optionalNumberedChoice("heat", of: Grain.self)
    }
  }
}
