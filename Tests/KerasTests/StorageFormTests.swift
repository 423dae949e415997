// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringKeras

/// The same weights in every form of storage must give the same graph, bit for bit.
@Suite struct StorageFormTests {
  static let names = [
    "k2_m1s", "k2_nested", "k2_bidi", "k2_func", "k3_m1s", "k3_nested", "k3_bidi", "k3_func",
  ]

  private func path(_ name: String) -> String { Location.fixture("conformance/models/\(name)") }

  @Test(arguments: names) func formsOfOneModelAgree(name: String) throws {
    let whole = try KerasModel.load(path("\(name).h5"))
    let archive = try KerasModel.load(path("\(name).keras"))
    #expect(whole.kind == .legacyModel && archive.kind == .kerasArchive)
    #expect(whole.graph == archive.graph)
    #expect(whole.layers == archive.layers)
    for architecture in [path("\(name).h5"), path("\(name).keras")] {
      let weights = try KerasModel.load(path("\(name).weights.h5"), architecture: architecture)
      #expect(weights.kind == .weightsV3)
      #expect(weights.graph == whole.graph)
      guard name.hasPrefix("k2") else { continue }
      let legacy = try KerasModel.load(path("\(name)_weightsonly.h5"), architecture: architecture)
      #expect(legacy.kind == .legacyWeights)
      #expect(legacy.graph == whole.graph)
    }
  }

  @Test func saysThatWeightsAloneAreNoModel() {
    let file = path("k3_m1s.weights.h5")
    #expect(
      throws: KerasError.inFile(
        file,
        .architecture(
          place: "model", expected: "an architecture, in the file or beside it",
          found: "weights only"))
    ) { try KerasModel.load(file) }
  }

  @Test func refusesTheArchitectureOfAnotherModel() {
    do {
      _ = try KerasModel.load(path("k3_m1s.weights.h5"), architecture: path("k3_bidi.h5"))
      Issue.record("accepted")
    } catch {
      #expect("\(error)".hasPrefix(path("k3_m1s.weights.h5") + ": layer '"), "\(error)")
      #expect(error.blame == .badData)
    }
  }

  @Test func readsAnArchitectureFromJSON() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("architecture.json")
    let text = sequential("[null,6]", layer("Dense", "d", #""units":2"#))
    try writeFile(file, Array(text.utf8))
    #expect(throws: KerasError.self) {
      try KerasModel.load(path("k3_m1s.weights.h5"), architecture: file)
    }
    try writeFile(file, Array("{]".utf8))
    do {
      _ = try KerasModel.load(path("k3_m1s.weights.h5"), architecture: file)
      Issue.record("accepted")
    } catch {
      #expect("\(error)".contains("\(file): not JSON at byte 1"), "\(error)")
    }
  }

  @Test func blamesAMissingArchitectureOnTheInput() {
    do {
      _ = try KerasModel.load(path("k3_m1s.weights.h5"), architecture: "/no/such.json")
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == "/no/such.json: no such file")
      #expect(error.blame == .missingInput)
    }
  }
}
