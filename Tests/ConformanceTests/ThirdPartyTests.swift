// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringKeras
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Models other people trained, Keras 1.2 to 3.13, against recorded answers.
@Suite(.enabled(if: Location.hasShared))
struct ThirdPartyTests {
  static let root = Location.hasShared ? Location.shared("thirdparty") : ""

  private static func list(_ folder: String) -> [String] {
    do {
      return Location.hasShared ? try listFolder("\(root)/\(folder)").sorted() : []
    } catch {
      return []
    }
  }

  /// `keras/OWNER__REPO/FILE` has its answers in `refs/keras/OWNER__REPO@FILE/…`.
  static func cases(_ kind: String) -> [ModelCase] {
    list(kind).flatMap { owner in
      list("\(kind)/\(owner)").flatMap { file in
        let base = "refs/\(kind)/\(owner)@\(file)"
        let folders = kind == "keras" ? list(base).map { "\(base)/\($0)" } : [base]
        return folders.map { folder in
          ModelCase(
            name: file, path: "\(root)/\(kind)/\(owner)/\(file)",
            inputs: list(folder).filter { $0.hasPrefix("in") }.map { "\(root)/\(folder)/\($0)" },
            outputs: list(folder).filter { $0.hasPrefix("out") }.map { "\(root)/\(folder)/\($0)" })
        }
      }
    }
  }

  /// What the original Keras 1.2 to 2.3 answered.
  static let recorded: [ModelCase] = list("refs/recorded").filter { !$0.hasSuffix(".json") }.map {
    name in
    let folder = "refs/recorded/\(name)"
    return ModelCase(
      name: name, path: "\(root)/keras/KonduitAI__dl4j-test-resources/\(name)_model.h5",
      inputs: list(folder).filter { $0.hasPrefix("inputs") }.map { "\(root)/\(folder)/\($0)" },
      outputs: list(folder).filter { $0.hasPrefix("predictions") }.map { "\(root)/\(folder)/\($0)" }
    )
  }

  @Test func thereAreSeventyFiveRecordedCases() { #expect(Self.recorded.count == 75) }

  /// One case has recorded inputs only; it is compared with today's Keras below.
  @Test(arguments: recorded.filter { !$0.outputs.isEmpty }) func answersAsRecorded(test: ModelCase)
    throws
  {
    try test.expectReference(try ModelRunner(keras: test.path), within: .close(1e-4))
  }

  @Test(arguments: cases("keras")) func answersAsKerasDoes(test: ModelCase) throws {
    try test.expectReference(try ModelRunner(keras: test.path), within: .close(1e-4))
  }

  /// Integers were recorded with LiteRT's optimised kernels, which round some sums differently:
  /// up to two steps away. `tools/interop.py` compares with the reference kernels, bit for bit.
  @Test(arguments: cases("tflite")) func answersAsLiteRTDoes(test: ModelCase) throws {
    let bytes = try readFile(test.path)
    let graph = try Graph(tflite: bytes.span.bytes).optimized()
    let runner = try ModelRunner(graph)
    guard runner.plan.inputs[0].type.elementType == .int8 else {
      try test.expectReference(runner, within: .close(1e-4))
      return
    }
    let input = try floats(test.inputs[0], runner.plan.inputs[0])
    let expected = try floats(test.outputs[0], runner.plan.outputs[0])
    let step = try #require(runner.plan.outputs[0].type.quantization?.scale)
    let found = try runner.run([input])[0]
    #expect(difference(found, expected.floats, within: .close(2.01 * step)) == nil)
  }

  /// Raw integers as the floats they stand for at a port.
  private func floats(_ path: String, _ port: Port) throws -> NumPyArray {
    let array = try NumPyIntegers(path: path)
    let scale = try #require(port.type.quantization?.scale)
    let zero = Int(try #require(port.type.quantization?.zeroPoint))
    return NumPyArray(shape: array.shape, floats: array.values.map { scale * Float($0 - zero) })
  }
}
