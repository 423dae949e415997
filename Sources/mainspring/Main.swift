// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringCLI

@main
struct Main {
  static func main() {
    // `CommandLine.arguments` repairs what is not UTF-8, and a repaired path is another file.
    var arguments: [String?] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      let argument = unsafe CommandLine.unsafeArgv[index]
      unsafe arguments.append(argument.flatMap { unsafe String(validatingCString: $0) })
    }
    exit(Tool.main(arguments))
  }
}
