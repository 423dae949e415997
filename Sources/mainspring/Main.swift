// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringCLI

@main
struct Main {
  static func main() {
    exit(Tool.main(Array(CommandLine.arguments.dropFirst())))
  }
}
