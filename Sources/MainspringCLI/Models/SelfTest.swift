// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// The test a model is put to when it is loaded: does it answer as it did when it was made?
enum SelfTest {
  static let option: Option = .flag(
    "no-self-test", help: "Run the model even if it answers otherwise than when it was made.")

  /// - Throws: ``Failure`` when it answers otherwise.
  static func run(_ plan: Plan, _ path: String, _ arguments: ParsedArguments) throws(Failure) {
    if arguments.flag("no-self-test") { return }
    do throws(SelfTestError) {
      try plan.selfTest()
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }
}
