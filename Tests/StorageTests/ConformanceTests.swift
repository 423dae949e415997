// SPDX-License-Identifier: Apache-2.0

import MainspringWire
import Testing

@testable import MainspringKeras

/// The files of real libraries beside the checkout.
@Suite(.enabled(if: Place.shared != nil, "there is no ../shared"))
struct ConformanceTests {
  static let directory = (Place.shared ?? "") + "/conformance"

  static func models(_ folder: String) -> [String] {
    Place.list("\(directory)/\(folder)")
      .filter { $0.hasSuffix(".h5") || $0.hasSuffix(".keras") }
      .map { "\(directory)/\(folder)/\($0)" }
  }

  /// All arrays, shape first, in an order that does not depend on their paths.
  static func arrays(_ path: String) throws -> [[Float]] {
    let storage = try ModelStorage(path: path)
    var arrays: [[Float]] = []
    for (path, header) in storage.datasets {
      let values = try storage.floats(path, shape: header.shape)
      arrays.append(header.shape.map { Float($0) } + values)
    }
    return arrays.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test(arguments: ["models", "layers", "special"]) func everyFileIsRead(folder: String) throws {
    let files = Self.models(folder)
    #expect(!files.isEmpty)
    for file in files {
      let storage = try ModelStorage(path: file)
      let name = file.split(separator: "/").last.map(String.init) ?? ""
      let expected: StorageKind =
        name.hasSuffix(".keras")
        ? .kerasArchive
        : name.hasSuffix(".weights.h5")
          ? .weightsV3 : name.hasSuffix("_weightsonly.h5") ? .legacyWeights : .legacyModel
      // Written with save_weights, whatever their names say.
      if !name.hasPrefix("chunked") { #expect(storage.kind == expected, "\(name)") }
      switch storage.kind {
      case .legacyModel:
        #expect(storage.documents["model_config"]?.utf8.first == UInt8(ascii: "{"), "\(name)")
      case .kerasArchive:
        #expect(storage.documents["config.json"]?.utf8.first == UInt8(ascii: "{"), "\(name)")
      case .legacyWeights:
        #expect(storage.attributes("/", "layer_names")?.isEmpty == false, "\(name)")
      case .weightsV3: break
      }
      for (path, header) in storage.datasets {
        let values = try storage.floats(path, shape: header.shape)
        #expect(values.count == header.elementCount)
      }
      // What the lists name is there.
      let top = storage.kind == .legacyModel ? "/model_weights" : "/"
      for layer in storage.attributes(top, "layer_names") ?? [] {
        let group = top == "/" ? "/\(layer)" : "\(top)/\(layer)"
        for weight in try #require(storage.attributes(group, "weight_names"), "\(name) \(group)") {
          #expect(storage.datasets["\(group)/\(weight)"] != nil, "\(name) \(weight)")
        }
      }
    }
  }

  @Test func allFormsOfAModelHoldTheSameNumbers() throws {
    let names = Self.models("models").filter { $0.hasSuffix(".keras") }.map { $0.dropLast(6) }
    var formCount = 0
    for name in names {
      let reference = try Self.arrays("\(name).keras")
      #expect(!reference.isEmpty)
      let files = Self.models("models")
      for form in ["\(name).h5", "\(name).weights.h5", "\(name)_weightsonly.h5"]
      where files.contains(form) {
        #expect(try Self.arrays(form) == reference, "\(form)")
        formCount += 1
      }
    }
    #expect(formCount >= names.count)
  }
}
