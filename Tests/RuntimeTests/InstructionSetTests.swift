// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringRuntime
import Testing
import _MainspringTestSupport

@Suite struct InstructionSetTests {
  @Test(arguments: InstructionSet.available) func anAvailableSetIsFoundByItsName(
    set: InstructionSet
  ) throws {
    #expect(try InstructionSet(requiring: set.name) == set)
  }

  @Test(arguments: ["sse9", "AVX2", " scalar", "scalar\n", ""])
  func anUnknownSetIsRefusedByName(name: String) {
    #expect(InstructionSet(named: name) == nil)
    #expect(throws: InstructionSetError.unknown(name: name)) {
      try InstructionSet(requiring: name)
    }
  }

  @Test func errorsListWhatThereIs() {
    #expect(
      InstructionSetError.unknown(name: "sse9").description
        == "instruction set: expected scalar, avx2, avxvnni, avx512, avx512vnni, neon or "
        + "neondot, found 'sse9'")
    let message = InstructionSetError.unavailable(.avx512).description
    #expect(message.hasPrefix("instruction set: expected one this machine has, scalar"))
    #expect(message.hasSuffix("found 'avx512'"))
  }

  /// No machine has those of two kinds of processors.
  @Test func aSetTheMachineLacksIsRefused() {
    let missing = InstructionSet.allCases.filter { !$0.isAvailable }
    #expect(!missing.isEmpty)
    for set in missing {
      #expect(throws: InstructionSetError.unavailable(set)) {
        try InstructionSet(requiring: set.name)
      }
    }
  }

  /// The variable belongs to whoever runs the tests, so its effect is seen in processes of our own.
  @Test func theEnvironmentDecides() async {
    await #expect(processExitsWith: .success) {
      unsetenv("MAINSPRING_CPU")
      let unset = try InstructionSet.requested()
      setenv("MAINSPRING_CPU", "", 1)
      let empty = try InstructionSet.requested()
      setenv("MAINSPRING_CPU", "scalar", 1)
      let scalar = try InstructionSet.requested()
      let best = InstructionSet.best
      setenv("MAINSPRING_CPU", "sse9", 1)
      var refused = false
      do throws(InstructionSetError) { _ = try InstructionSet.requested() } catch {
        refused = error == .unknown(name: "sse9")
      }
      let isRight = unset == nil && empty == nil && scalar == .scalar && best == .scalar
      exit(isRight && refused && InstructionSet.available.contains(.best) ? 0 : 1)
    }
  }
}
