// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringKeras
import Testing
import _MainspringTestSupport

/// One small model for each layer, as each generation of Keras saved it.
struct KerasLayerTests {
  /// Layers of later versions; until then each is refused by its name.
  static let refused: [String: String] = [
    "ConvLSTM1D": "ConvLSTM1D", "ConvLSTM2D": "ConvLSTM2D", "Embedding": "Embedding",
    "Embedding_mask": "Embedding", "GroupNorm": "GroupNormalization",
  ]

  static let cases: [ModelCase] =
    (Conformance.files("layers", ".h5")
    + Conformance.files("layers", ".keras")).map { file in
      let stem = file.prefix { $0 != "." }
      let arrays = "\(Conformance.root)/layers/\(stem).npz"
      return ModelCase(
        name: file, path: "\(Conformance.root)/layers/\(file)", inputs: ["\(arrays)#x"],
        outputs: ["\(arrays)#y"])
    }

  private static func layer(_ test: ModelCase) -> String {
    String(test.name.dropFirst(3).prefix { $0 != "." })
  }

  static let supported = cases.filter { refused[layer($0)] == nil }
  static let unsupported = cases.filter { refused[layer($0)] != nil }

  @Test(arguments: supported) func answersAsKerasDoes(test: ModelCase) throws {
    try test.expectReference(try ModelRunner(keras: test.path), within: .close(1e-5))
  }

  @Test(arguments: supported) func survivesTheWayThroughAFile(test: ModelCase) throws {
    let graph = try KerasModel.load(test.path).graph.optimized()
    let back = try graph.throughFile()
    #expect(try back.optimized() == graph)
    try test.expectReference(try ModelRunner(back), within: .close(1e-5))
  }

  @Test(arguments: unsupported) func refusesUnknownLayersByName(test: ModelCase) throws {
    let name = Self.refused[Self.layer(test)] ?? ""
    do {
      _ = try KerasModel.load(test.path)
      Issue.record("\(test.name) was accepted")
    } catch {
      #expect("\(error)".contains(name), "\(error)")
    }
  }
}
