// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import Testing
import _MainspringTestSupport

/// Layers of two models side by side.
struct LayerTests {
  private func compare(_ reference: Subject, _ other: Subject) throws -> [LayerDifference] {
    let windows = try Fixture.windows(of: reference.name == "mlp" ? "mlp" : "cnn_lstm")
    var comparison = try LayerComparison(reference, other)
    for index in 0..<32 { try comparison.add(windows[index]) }
    return comparison.finished()
  }

  @Test(arguments: ["cnn_lstm", "mlp"]) func everyFormatHasTheLayers(name: String) throws {
    let formats = try Fixture.formats(name, windows: try Fixture.windows(of: name))
    let expected =
      name == "mlp"
      ? ["dense_1", "dense_2", "dense_3", "gesture"]
      : ["conv", "pool", "lstm", "features", "gesture"]
    for format in formats.dropFirst() {
      let layers = try compare(formats[0], format)
      for layer in expected {
        #expect(layers.contains { $0.name.hasPrefix(layer) }, "\(format.name): \(layer)")
      }
      #expect(!layers.contains { $0.diverges }, "\(format.name)")
      #expect(layers.allSatisfy { ($0.cosine ?? 1) > 0.98 }, "\(format.name)")
      if format.stage == .float32 { #expect(layers.allSatisfy { $0.largest == 0 }) }
    }
  }

  @Test(arguments: [("gates", "lstm"), ("scale", "conv")])
  func theFirstDivergingLayerIsNamed(file: String, layer: String) throws {
    let layers = try compare(try Fixture.keras("cnn_lstm"), try Fixture.file(file))
    #expect(layers.first { $0.diverges }?.name == layer)
  }

  /// NaN differs from everything, itself included.
  @Test func whatIsNotFiniteIsNeverExact() throws {
    for other in ["cnn_lstm", "nan"] {
      let layers = try compare(try Fixture.keras("nan"), try Fixture.keras(other))
      let first = try #require(layers.first { $0.nonFiniteCount > 0 })
      #expect(first.diverges && first == layers.first { $0.diverges })
      #expect(layers.allSatisfy { $0.nonFiniteCount == 0 || $0.signalToNoise != .infinity })
      #expect(layers.last?.finiteCount == 0 && layers.last?.diverges == true)
    }
  }

  @Test func answersThatAreNotFiniteAreNeverExact() throws {
    let subjects = [
      try Fixture.keras("cnn_lstm"), try Fixture.keras("nan"), try Fixture.keras("nan"),
    ]
    for reference in subjects.indices {
      let report = try Checker(
        subjects, Fixture.source(subjects[0], nil, seed: 1), count: 10, reference: reference
      ).check()
      for (index, model) in report.models.enumerated() where index != reference {
        for answer in model.responses {
          #expect(answer.agreement?.nonFiniteCount == answer.inputCount)
          #expect(answer.agreement?.finiteCount == 0)
          #expect(answer.agreement?.responseToError == nil)
        }
      }
    }
  }

  @Test func figuresAreThoseOfTheDifference() throws {
    // The same weights but for 20 in one bias: every score of that class is off by as much.
    let layers = try compare(try Fixture.keras("cnn_lstm"), try Fixture.keras("majority"))
    let first = try #require(layers.first { $0.diverges })
    #expect(first.name.hasPrefix("gesture"))
    // Weights are stored with 8 bits: between 16 and 32 steps are an eighth.
    #expect(abs(first.largest - 20) <= 0.0625)
    #expect(abs(first.mean * 197 / Double(first.largest) - 1) < 1e-4)
  }
}
