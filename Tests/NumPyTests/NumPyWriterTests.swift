// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

@Suite struct NumPyWriterTests {
  private struct Full: Error, Equatable {}

  @Test(arguments: [[0, 5], [1, 1], [3, 7], [2, 16_384], [2, 16_385], [3, 40_000]])
  func writesTheSameInPieces(shape: [Int]) throws {
    var random = SplitMix64(seed: 3)
    let array = NumPyArray(shape: shape, floats: random.floats(shape[0] * shape[1]))
    var chunks: [[UInt8]] = []
    var writer = NumPyWriter<Never>(shape: shape) { chunks.append($0) }
    for row in 0..<shape[0] {
      writer.append(array.floats.span.extracting(row * shape[1]..<(row + 1) * shape[1]))
    }
    writer.finish()
    let bytes = chunks.flatMap { $0 }
    #expect(bytes == array.serialized())
    #expect(chunks.allSatisfy { !$0.isEmpty && $0.count <= 2 * 65_536 })
    #expect(try NumPyArray(bytes: bytes, name: "written") == array)
  }

  @Test func passesFailuresOfTheSinkOn() {
    #expect(throws: Full()) {
      let writer = NumPyWriter<Full>(shape: [0]) { _ throws(Full) in throw Full() }
      try writer.finish()
    }
    #expect(throws: Full()) {
      var writer = NumPyWriter<Full>(shape: [20_000]) { _ throws(Full) in throw Full() }
      try writer.append([Float](repeating: 0, count: 20_000).span)
    }
  }

  @Test func trapsOnAWrongNumberOfElements() async {
    await #expect(processExitsWith: trapped) {
      var writer = NumPyWriter<Never>(shape: [2]) { _ in }
      writer.append([1, 2, 3].span)
    }
    await #expect(processExitsWith: trapped) {
      var writer = NumPyWriter<Never>(shape: [2]) { _ in }
      writer.append([1].span)
      writer.finish()
    }
    await #expect(processExitsWith: trapped) { _ = NumPyArray(shape: [2], floats: [1]) }
  }
}
