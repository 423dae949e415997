// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct ParsingTests {
  private func parse(_ flat: Flat, identifier: String = "TFL3") throws(TFLiteError) -> TFLiteModel {
    let bytes = flat.file(identifier: identifier)
    return try TFLiteModel(parsing: bytes.span.bytes)
  }

  private func error(_ body: () throws -> TFLiteModel) -> TFLiteError? {
    do {
      _ = try body()
      return nil
    } catch {
      return error as? TFLiteError
    }
  }

  @Test func readsEverythingTheWriterPutIn() throws {
    for sketch in [ModelSketch.dense(), ModelSketch.loop(times: 3, rows: 3)] {
      #expect(try parse(sketch.model.flat()) == sketch.model)
    }
  }

  @Test func readsQuantizationSignaturesAndMetadata() throws {
    var sketch = ModelSketch()
    let x = sketch.input("x", [2, 3], .int8)
    sketch.model.subgraphs[0].tensors[0].quantization = .init(
      scales: [0.5, 0.25], zeroPoints: [0, -3], axis: 0)
    sketch.output(x)
    sketch.model.buffers.append([1, 2, 3])
    sketch.model.metadata = [.init(name: "note", buffer: 1)]
    sketch.model.signatures = [
      .init(key: "k", inputs: [.init(name: "a", tensor: 0)], outputs: [])
    ]
    #expect(try parse(sketch.model.flat()) == sketch.model)
  }

  @Test func fieldsAtTheirDefaultCountAsAbsent() throws {
    var sketch = ModelSketch.dense()
    sketch.model.subgraphs[0].operators[0].options.fields += [.init(2, .bool(false))]
    #expect(try parse(sketch.model.flat()) == ModelSketch.dense().model)
  }

  @Test func refusesOtherFilesAndVersions() {
    let dense = ModelSketch.dense().model.flat()
    #expect(
      error { try parse(dense, identifier: "TFL2") }
        == .malformed(
          byte: 4, place: "file", expected: "identifier TFL3", found: "another one"))
    #expect(error { try parse(.table([0: .uint(2)])) }?.description.contains("version 3") == true)
    #expect(error { try TFLiteModel(parsing: [UInt8]().span.bytes) } != nil)
  }

  @Test(arguments: [5, 13, 14] as [Int8]) func refusesTensorsThatAreNoNumbers(code: Int8) {
    var model = ModelSketch.dense().model
    model.subgraphs[0].tensors[0].type = TensorType(code: code)
    let found = error { try parse(model.flat()) }
    #expect(found?.description.contains("tensor 'x': type \(TensorType(code: code))") == true)
  }

  @Test func refusesWhatItDoesNotUnderstandByName() {
    let tensor: [Int: Flat] = [0: .ints([1]), 3: .string("x")]
    func withTensor(_ extra: [Int: Flat]) -> Flat {
      let subgraph = Flat.table([0: .tables([.table(tensor.merging(extra) { $1 })])])
      return .table([0: .uint(3), 2: .tables([subgraph])])
    }
    for (field, words) in [
      (6, "sparse"), (10, "external buffers"), (4, "quantization details of kind 2"),
    ] {
      let value: Flat =
        switch field {
        case 6: .table([:])
        case 10: .uint(7)
        default: .table([4: .ubyte(2), 5: .table([:])])
        }
      let found = error { try parse(withTensor([field: value])) }
      #expect(found?.description.contains(words) == true)
    }
    for field in [8, 9] {
      let found = error { try parse(.table([0: .uint(3), field: .tables([])])) }
      #expect(found?.description.contains("external buffer") == true)
    }
    let operation = Flat.table([0: .uint(0), 3: .ubyte(200), 4: .table([:])])
    let subgraph = Flat.table([3: .tables([operation])])
    let found = error {
      try parse(
        .table([0: .uint(3), 1: .tables([.table([:])]), 2: .tables([subgraph])]))
    }
    #expect(found?.description.contains("options table 200") == true)
  }

  @Test func takesTheLargerOfBothOperatorCodes() throws {
    func code(_ old: Int8, _ new: Int32) throws -> Int32 {
      let codes = Flat.table([0: .byte(old), 3: .int(new)])
      let subgraph = Flat.table([3: .tables([.table([0: .uint(0)])])])
      let model = try parse(
        .table([0: .uint(3), 1: .tables([codes]), 2: .tables([subgraph])]))
      return model.subgraphs[0].operators[0].code.code
    }
    #expect(try code(9, 0) == 9)
    #expect(try code(127, 150) == 150)
  }

  @Test func readsDataBehindTheFlatbufferAndChecksItsPlace() throws {
    func model(_ offset: UInt64, _ size: UInt64) -> Flat {
      let outside = Flat.table([1: .ulong(offset), 2: .ulong(size)])
      return .table([
        0: .uint(3), 2: .tables([.table([:])]), 4: .tables([.table([:]), outside]),
      ])
    }
    let length = UInt64(model(1 << 20, 3).file().count)
    let bytes = model(length, 3).file() + [7, 8, 9]
    #expect(try TFLiteModel(parsing: bytes.span.bytes).buffers[1] == [7, 8, 9])
    let places: [(UInt64, UInt64)] = [(length, 4), (length + 4, 0), (.max, 1), (2, .max)]
    for (offset, size) in places {
      let bytes = model(offset, size).file() + [7, 8, 9]
      let found = error { try TFLiteModel(parsing: bytes.span.bytes) }
      #expect(found?.description.contains("data inside the file") == true)
    }
  }

  @Test func checksEveryIndexAndSize() {
    let changes: [(inout TFLiteModel) -> Void] = [
      { $0.subgraphs = [] },
      { $0.buffers[0] = [1] },
      { $0.subgraphs[0].inputs = [99] },
      { $0.subgraphs[0].outputs = [-1] },
      { $0.subgraphs[0].operators[0].inputs[0] = 99 },
      { $0.subgraphs[0].operators[0].inputs[0] = -2 },
      { $0.subgraphs[0].operators[0].outputs[0] = -1 },
      { $0.subgraphs[0].tensors[0].buffer = 99 },
      { $0.subgraphs[0].tensors[1].shape = [2, 4] },
      { $0.subgraphs[0].tensors[1].shape = [-2, -3] },
      { $0.subgraphs[0].tensors[1].shape = [.max, .max, .max] },
      { $0.subgraphs[0].tensors[0].shapeSignature = [-1] },
      { $0.subgraphs[0].tensors[1].isVariable = true },
      { $0.signatures[0].subgraph = 1 },
      { $0.signatures[0].inputs[0].tensor = 99 },
      { $0.metadata = [.init(name: "m", buffer: 99)] },
      { $0.subgraphs[0].tensors[0].quantization = .init(scales: [1], zeroPoints: [1, 2]) },
      { $0.subgraphs[0].tensors[0].quantization = .init(scales: [1, 2], zeroPoints: [1, 2]) },
      {
        $0.subgraphs[0].tensors[0].type = .int8
        $0.subgraphs[0].tensors[0].quantization = .init(scales: [.nan], zeroPoints: [0])
      },
      {
        $0.subgraphs[0].tensors[0].type = .int8
        $0.subgraphs[0].tensors[0].quantization = .init(scales: [1], zeroPoints: [200])
      },
    ]
    for (number, change) in changes.enumerated() {
      var model = ModelSketch.dense().model
      change(&model)
      let found = error { try parse(model.flat()) }
      guard case .invalid = found else {
        Issue.record("change \(number): \(found?.description ?? "accepted")")
        continue
      }
    }
  }

  @Test func refusesContentOutOfProportionToTheFile() {
    // One buffer of 100,000 bytes that 1,000 entries share.
    var bytes = Flat.table([
      0: .uint(3),
      4: .tables(
        (0..<1000).map {
          $0 == 0 ? .table([0: .bytes(.init(repeating: 1, count: 100_000))]) : .table([:])
        }),
    ]).file()
    // The vector of tables: every entry leads to the first.
    guard
      let start = (0..<(bytes.count - 4)).first(where: {
        bytes[$0] == 0xe8 && bytes[$0 + 1] == 3 && bytes[$0 + 2] == 0 && bytes[$0 + 3] == 0
      })
    else {
      Issue.record("no vector of 1000 tables")
      return
    }
    func word(_ at: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    let target = start + 4 + word(start + 4)
    for index in 1..<1000 {
      let place = start + 4 + 4 * index
      for byte in 0..<4 { bytes[place + byte] = UInt8((target - place) >> (8 * byte) & 255) }
    }
    let found = error { try TFLiteModel(parsing: bytes.span.bytes) }
    #expect(found?.description.contains("over and over") == true)
  }
}
