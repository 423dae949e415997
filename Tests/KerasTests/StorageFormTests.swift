// SPDX-License-Identifier: Apache-2.0

import Glibc
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
          place: "model", expected: "an architecture",
          found: "weights only; give the architecture: the JSON of model.to_json(), or a .keras "
            + "or .h5 file of the whole model"))
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

  /// As `json.dump` writes a string.
  private func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
  }

  @Test func readsEveryFormOfArchitectureText() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("architecture.json")
    let whole = try KerasModel.load(path("k3_m1s.h5"))
    let text = try #require(
      try ModelStorage(path: path("k3_m1s.keras")).documents["config.json"])
    let mark = "\u{feff}"
    for form in [
      text, mark + text, " \n" + text, quoted(text), mark + "\n" + quoted(text) + "\n",
      quoted(mark + " " + text),
    ] {
      try writeFile(file, Array(form.utf8))
      #expect(
        try KerasModel.load(path("k3_m1s.weights.h5"), architecture: file).graph == whole.graph,
        "\(form.prefix(20))")
    }
  }

  @Test func saysWhatAnArchitectureIsInsteadOfJSON() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("architecture.json")
    let weights = path("k3_m1s.weights.h5")
    func failure(_ architecture: String) -> String {
      do throws(KerasError) {
        _ = try KerasModel.load(weights, architecture: architecture)
        return "accepted"
      } catch {
        #expect(error.blame == .badData)
        return "\(error)"
      }
    }
    func expected(_ found: String, _ file: String) -> String {
      "\(file): expected the JSON of model.to_json(), a .keras or an .h5 file, found \(found)"
    }
    let forms = [
      ("[1, 2]", "[1, 2]"), ("{}", "{}"), (quoted("hello"), quoted("hello")),
      (quoted(quoted("{}")), quoted("{}")), ("hello", "the first bytes 68 65 6c 6c"),
      ("\u{feff}", "the first bytes ef bb bf"), ("  \n", "only blanks"), (quoted("{}"), "{}"),
      (
        #"{"metadata":{},"weight_map":{}}"#, "the index of weights split over several files"
      ),
    ]
    for (text, found) in forms {
      try writeFile(file, Array(text.utf8))
      #expect(failure(file) == expected(found, file))
    }
    #expect(failure(weights) == expected("a file of weights only", weights))
    try writeFile(file, [])
    #expect(failure(file) == "\(file): the file is empty")
    try writeFile(file, Array(quoted("{]").utf8))
    #expect(
      failure(file) == "the string in \(file): not JSON at byte 1: expected a member's name")
  }

  @Test func boundsTheSizeOfAnArchitecture() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("architecture.json")
    try writeFile(file, [UInt8(ascii: "{")])
    try #require(truncate(file, (1 << 26) + 1) == 0)
    do {
      _ = try KerasModel.load(path("k3_m1s.weights.h5"), architecture: file)
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == "\(file): expected at most 67108864 bytes, found 67108865")
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
