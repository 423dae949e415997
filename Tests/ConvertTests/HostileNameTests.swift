// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringRuntime
import Testing

/// Names from files may hold anything; what errors say of them is one line of text.
@Suite struct HostileNameTests {
  private static let name = "x\r\n\u{1b}]0;t\u{7}"

  private static let messages: [String] = [
    GraphError.unknownValue(node: name, index: 1, count: 1).description,
    GraphError.shape(node: name, ShapeError(operation: "a", expected: "0", found: "1")).description,
    ConvertError.unsupported(node: name, operation: "a", reason: "b").description,
    ConvertError.empty(name: name, shape: .scalar).description,
    PlanError.elementType(node: name, role: "weights", .bool).description,
    PlanError.operation(node: name, kind: "tanh", .int8).description,
    PlanError.quantization(node: name, role: "scale", expected: "1", found: "2").description,
    PlanError.result(node: name, expected: .scalar, found: .scalar).description,
    PlanError.tooLarge(node: name, memory: .weights).description,
    InstructionSetError.unknown(name: name).description,
  ]

  @Test(arguments: messages) func isOneLine(message: String) {
    #expect(message.contains(#"'x\u{d}\u{a}\u{1b}]0;t\u{7}'"#))
    #expect(message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
  }

  @Test func longNamesAreCut() {
    let error = GraphError.unknownValue(
      node: String(repeating: "n", count: 100_000), index: 1, count: 1)
    #expect(error.description.hasPrefix("'\(String(repeating: "n", count: 80))…': "))
  }
}
