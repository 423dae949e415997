// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import Testing

@Suite struct HelpTests {
  @Test func listsTheCommands() throws {
    let expected = """
      Make coffee.

      Usage: coffee <command> [<arguments>] [<options>]

      Nothing is sent anywhere.

      Commands:
        grind                    Grind beans.
        pour                     Pour into cups, one after the other.
        help                     Show the help of a command.

      Options:
        -h, --help               Show this help.
            --version            Show the version.

      See 'coffee help <command>' for the help of one command.

      """
    #expect(try printed("--help") == expected)
    #expect(try printed("-h") == expected)
    #expect(try printed("help") == expected)
    #expect(try printed("help", "--help") == expected)
  }

  @Test func describesACommand() throws {
    let expected = """
      Grind beans.

      Usage: coffee grind <beans> [<spare>] --output <cup> [--grain <grain>]
                          [--cups <n>] [--pressure <bar>]
                          [--additional-flavour <flavour> ...] [--quiet] [--verbose]

      Takes beans and gives powder. The grain decides how long the water takes to run
      through, so choose it by the machine and not by the beans.

      Beans that are not roasted are refused.

      Arguments:
        <beans>                  A bag of beans.
        <spare>                  Another bag, opened when the first one is empty.

      Options:
        -g, --grain <grain>      Size of the grains. (fine, medium, coarse; default:
                                 medium)
        -o, --output <cup>       Where it falls. (required)
        -c, --cups <n>           How many cups. (an integer from 1 to 12; default: 2)
            --pressure <bar>     Over the air's. (a number from -1 to 15.5)
            --additional-flavour <flavour>
                                 Goes in as well. (may be repeated)
        -q, --quiet              Say nothing.
        -v, --verbose            Say more.
        -h, --help               Show this help.

      Examples:
        Two strong cups:
          coffee grind bag --output cup -g fine
        A whole pot:
          coffee grind bag --output pot --cups 12

      """
    #expect(try printed("help", "grind") == expected)
    #expect(try printed("grind", "--help") == expected)
    #expect(try printed("grind", "-h") == expected)
    // Also beside mistakes, and where a value is expected.
    #expect(try printed("grind", "--grian", "--help", "x", "y", "z") == expected)
    #expect(try printed("grind", "--output", "-h") == expected)
    for line in expected.split(separator: "\n") { #expect(line.count <= 80) }
  }

  @Test func leavesOutEmptySections() throws {
    #expect(
      try printed("pour", "--help") == """
        Pour into cups, one after the other.

        Usage: coffee pour <cup> ...

        Arguments:
          <cup>                    A cup.

        Options:
          -h, --help               Show this help.

        """)
  }

  @Test func printsTheVersion() throws {
    #expect(try printed("--version") == "coffee 1.2.3\n")
  }

  @Test func takesHelpBehindTheTerminatorAsAnArgument() throws {
    #expect(try parsed("pour -- --help -h").repeatedArgument("cup") == ["--help", "-h"])
  }

  @Test func refusesHelpOnUnknownTopics() {
    #expect(complaint("help", "grnid") == "unknown command 'grnid'; did you mean 'grind'?")
    #expect(complaint("help", "grind", "pour") == "unexpected argument 'pour'")
  }
}
