// SPDX-License-Identifier: Apache-2.0

import MainspringWire
import Testing

@testable import MainspringKeras

@Suite struct GoodFileTests {
  static let config =
    "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": []}}"

  @Test(arguments: [
    "legacy_model.h5", "filters.h5", "newer_format.h5", "user_block.h5", "spaces.h5",
  ])
  func readsWholeModels(name: String) throws {
    let storage = try ModelStorage(path: Place.fixture(name))
    #expect(storage.kind == .legacyModel)
    #expect(
      storage.documents == [
        "model_config": Self.config, "keras_version": "2.15.0", "backend": "tensorflow",
      ])
    #expect(storage.attributes("/model_weights", "layer_names") == ["dense", "dropout"])
    #expect(
      storage.attributes("/model_weights/dense", "weight_names") == [
        "dense/kernel:0", "dense/bias:0",
      ])
    #expect(storage.attributes("/model_weights/dropout", "weight_names") == [])
    #expect(storage.attributes("/model_weights/dropout", "other") == nil)
    #expect(storage.attributes("/nowhere", "weight_names") == nil)
    let kernel = "/model_weights/dense/dense/kernel:0"
    let bias = "/model_weights/dense/dense/bias:0"
    #expect(Set(storage.datasets.keys) == [kernel, bias])
    #expect(storage.datasets[kernel]?.shape == [3, 4])
    #expect(storage.datasets[kernel]?.elementType == .float32)
    // In any order, and twice.
    #expect(try storage.floats(bias, shape: [4]) == ramp(4))
    #expect(try storage.floats(kernel, shape: [3, 4]) == ramp(12))
    #expect(try storage.floats(bias, shape: [4]) == ramp(4))
  }

  @Test func readsWeightsWithoutArchitecture() throws {
    let storage = try ModelStorage(path: Place.fixture("legacy_weights.h5"))
    #expect(storage.kind == .legacyWeights)
    #expect(storage.documents.isEmpty)
    #expect(storage.attributes("/", "layer_names") == ["dense"])
    #expect(storage.attributes("/dense", "weight_names") == ["dense/kernel:0", "dense/bias:0"])
    #expect(try storage.floats("/dense/dense/kernel:0", shape: [3, 4]) == ramp(12))
  }

  @Test(arguments: ["v3.weights.h5", "stored.keras", "deflated.keras"])
  func readsTheObjectTreeOfNewerFiles(name: String) throws {
    let storage = try ModelStorage(path: Place.fixture(name))
    #expect(storage.kind == (name.hasSuffix(".keras") ? .kerasArchive : .weightsV3))
    if storage.kind == .kerasArchive {
      #expect(storage.documents["config.json"] == Self.config)
      #expect(storage.documents["metadata.json"]?.contains("3.15.1") == true)
    }
    #expect(storage.attributes("/layers/dense/vars", "name") == ["my_dense"])
    #expect(
      storage.groups == ["/", "/layers", "/layers/dense", "/layers/dense/vars", "/vars"])
    // The state of the optimizer is left out.
    #expect(Set(storage.datasets.keys) == ["/layers/dense/vars/0", "/layers/dense/vars/1"])
    #expect(try storage.floats("/layers/dense/vars/1", shape: [4]) == ramp(4))
  }

  @Test func laysTheShardsOfAModelOverEachOther() throws {
    let storage = try ModelStorage(path: Place.fixture("sharded.keras"))
    #expect(storage.kind == .kerasArchive)
    #expect(try storage.floats("/layers/dense_0/vars/0", shape: [2, 2]) == ramp(4))
    #expect(
      try storage.floats("/layers/dense_1/vars/0", shape: [2, 2]) == ramp(4).map { $0 + 1 })
    #expect(storage.attributes("/layers/dense_1/vars", "name") == ["d1"])
  }

  @Test func joinsListsThatKerasSplit() throws {
    let storage = try ModelStorage(path: Place.fixture("chunked_attributes.h5"))
    #expect(storage.kind == .legacyWeights)
    #expect(storage.attributes("/", "layer_names") == (0..<12).map { "layer_\($0)" })
    #expect(storage.attributes("/", "layer_names0") == nil)
  }

  @Test func stripsThePaddingOfFixedStrings() throws {
    let storage = try ModelStorage(path: Place.fixture("spaces.h5"))
    #expect(storage.attributes("/model_weights/dropout", "padded") == ["ab", "c"])
  }

  @Test func convertsEveryNumberFormatToFloats() throws {
    let storage = try ModelStorage(path: Place.fixture("element_types.h5"))
    func bits(_ name: String, _ type: StoredElementType) throws -> [UInt32] {
      let header = try #require(storage.datasets["/model_weights/dense/\(name)"])
      #expect(header.elementType == type, "\(name)")
      return try storage.floats(header.path, shape: header.shape).map(\.bitPattern)
    }
    func same(_ name: String, _ type: StoredElementType, _ expected: [Float]) throws {
      #expect(try bits(name, type) == expected.map(\.bitPattern), "\(name)")
    }
    let halves: [Float] = [
      0, 0x1p-24, -0x1p-24, 0x3ffp-24, 0x1p-14, 1, 65504, .infinity, -.infinity, .nan,
    ]
    try same("float16", .float16, halves)
    try same("float16_big", .float16, halves)
    let doubles = try bits("float64", .float64).map { Float(bitPattern: $0) }
    #expect(Array(doubles[..<4]) == [0.1, -.infinity, 0, .infinity])
    #expect(doubles[4].isNaN)
    #expect(doubles[5] == 16_777_216)
    try same("float32_big", .float32, ramp(5))
    try same("bfloat16", .bfloat16, [1, -2, Float(bitPattern: 0x10000), .infinity])
    try same("int8", .int8, [-128, 0, 1, 127])
    try same("int16", .int16, [-32768, 0, 1, 32767])
    try same("int16_big", .int16, [-32768, 0, 1, 32767])
    try same("int32", .int32, [-0x1p31, 0, 1, 0x1p31])
    try same("int64", .int64, [-0x1p63, 0, 1, 0x1p63])
    try same("uint8", .uint8, [0, 0, 1, 255])
    try same("uint16", .uint16, [0, 0, 1, 65535])
    try same("uint32", .uint32, [0, 0, 1, 0x1p32])
    try same("uint64_big", .uint64, [0, 0, 1, 0x1p64])
    try same("scalar", .int64, [42])
    try same("empty", .float32, [])
    try same("null", .float32, [])
    try same("compact", .float32, ramp(6))
    #expect(storage.datasets["/model_weights/dense/scalar"]?.shape == [])
    #expect(storage.datasets["/model_weights/dense/empty"]?.shape == [0, 5])
  }

  @Test(arguments: ["bool", "text", "pairs", "opaque"])
  func whatIsNotNumbersIsListedAndNotRead(name: String) throws {
    let storage = try ModelStorage(path: Place.fixture("element_types.h5"))
    let path = "/model_weights/dense/\(name)"
    let header = try #require(storage.datasets[path])
    #expect(header.elementType == .other)
    #expect {
      try storage.floats(path, shape: header.shape)
    } throws: { error in
      "\(error)".hasSuffix("'\(path)': expected numbers, found another type")
    }
    // The others can still be had.
    #expect(try storage.floats("/model_weights/dense/scalar", shape: []) == [42])
  }

  @Test func comparesTheShapeBeforeAnythingIsRead() throws {
    let storage = try ModelStorage(path: Place.fixture("legacy_model.h5"))
    let kernel = "/model_weights/dense/dense/kernel:0"
    let file = Place.fixture("legacy_model.h5")
    #expect(
      throws: StorageError(file, .shape(path: kernel, expected: [4, 3], found: [3, 4]))
    ) { try storage.floats(kernel, shape: [4, 3]) }
    #expect(throws: StorageError(file, .noDataset(path: "/x"))) {
      try storage.floats("/x", shape: [1])
    }
    // Neither costs the connection.
    #expect(try storage.floats(kernel, shape: [3, 4]) == ramp(12))
    storage.close()
    storage.close()
    #expect(throws: StorageError(file, .closed)) { try storage.floats(kernel, shape: [3, 4]) }
    #expect(storage.datasets[kernel]?.shape == [3, 4])
  }

  @Test func severalFilesAreReadAtOnce() async throws {
    let names = ["legacy_model.h5", "stored.keras", "filters.h5", "v3.weights.h5"]
    try await withThrowingTaskGroup(of: Int.self) { group in
      for round in 0..<24 {
        group.addTask {
          let storage = try ModelStorage(path: Place.fixture(names[round % names.count]))
          var count = 0
          for (path, header) in storage.datasets {
            let values = try storage.floats(path, shape: header.shape)
            if values == ramp(header.elementCount) { count += 1 }
          }
          return count
        }
      }
      for try await count in group { #expect(count == 2) }
    }
  }
}
