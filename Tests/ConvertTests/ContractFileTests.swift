// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// What a file says of its model, written and read back.
@Suite struct ContractFileTests {
  /// Two inputs `[1, 4, 2]` and `[1, 3]`, outputs of three classes and of one probability.
  private static func graph() throws -> Graph {
    var maker = ModelMaker(seed: 3)
    let x = try maker.input([1, 4, 2])
    let z = try maker.input([1, 3], name: "z")
    let y = try maker.dense(3, try maker.reshape(x, [1, 8]))
    return try maker.finish(y, try maker.dense(1, z))
  }

  private static let full: ModelContract = {
    var contract = ModelContract()
    var (x, z) = (ModelContract.Input(), ModelContract.Input())
    x.channels = [.init(name: "acc.x", unit: "m/s²"), .init(name: "日本", unit: "")]
    x.scaler = Scaler(means: [0.1, -2], deviations: [3, 1e-20])
    x.ranges = [-1...1, 5...5]
    z.scaler = Scaler(means: [0.5], deviations: [2])
    contract.inputs = [x, z]
    contract.outputs = [
      .init(labels: ["rest", "wave left", "тап"]), .init(labels: ["no", "yes"]),
    ]
    contract.sampleRate = 104.17
    contract.window = 4
    contract.hop = 2
    contract.calibration = .init(method: "percentile 99.99", windowCount: 12, hash: .max)
    var rules = ModelContract.Rules(thresholds: [0.5, 0.25, 1])
    rules.smoothing = 3
    rules.minimumDuration = 200_000_000
    rules.refractory = 1_000_000_000
    rules.rearm = 0
    rules.background = [0, 2]
    rules.known = .init(center: [0, 0, 1, 1], spread: [1, 2, 3, 4], limit: 2.5)
    rules.isFitted = true
    contract.rules = rules
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: .max, low: -3, high: 3), windowCount: 2,
      outputs: [1, 2, 3, 4, 5, 6, 7, 8], tolerance: 0.25)
    return contract
  }()

  /// Each part of the contract by itself, and all of them.
  static let contracts: [ModelContract] = {
    var parts: [ModelContract] = [full]
    func add(_ change: (inout ModelContract) -> Void) {
      var part = ModelContract()
      change(&part)
      parts.append(part)
    }
    add { $0.inputs = full.inputs }
    add { $0.outputs = full.outputs }
    add { $0.outputs = [.init(), full.outputs[1]] }
    add { $0.sampleRate = 50 }
    add { ($0.window, $0.hop) = (4, 1) }
    add { $0.calibration = full.calibration }
    add { $0.rules = .init(thresholds: [0, 0, 0]) }
    add { $0.golden = full.golden }
    add {
      $0.golden = GoldenVectors(
        inputs: .stored([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), windowCount: 1,
        outputs: [0, 0, 0, 0], tolerance: 0)
    }
    return parts
  }()

  private func read(_ bytes: [UInt8]) throws -> Graph { try Graph(tflite: bytes.span.bytes) }

  @Test(arguments: contracts) func readsBack(contract: ModelContract) throws {
    var graph = try Self.graph()
    try graph.setContract(contract)
    for precision in [EncodingOptions.Precision.float32, .float16] {
      let bytes = try convert(graph, options: EncodingOptions(precision: precision))
      #expect(try read(bytes).contract == contract)
      #expect(try convert(graph, options: EncodingOptions(precision: precision)) == bytes)
    }
  }

  @Test func filesWithoutOneSayNothing() throws {
    let model = try TFLiteModel(encoding: try Self.graph())
    #expect(model.metadata.map(\.name) == ["min_runtime_version"])
    #expect(model.associatedFiles.isEmpty)
  }

  @Test func modelsKeepTheirAssociatedFiles() throws {
    var graph = try Self.graph()
    try graph.setContract(Self.full)
    let model = try TFLiteModel(encoding: graph)
    #expect(model.associatedFiles.map(\.name) == ["labels.txt", "labels-1.txt"])
    #expect(model.associatedFiles[1].contents == Array("no\nyes\n".utf8))
    let bytes = try model.serialized()
    #expect(try TFLiteModel(parsing: bytes.span.bytes) == model)
  }

  /// Whatever happens to the bytes, there is an error or a model, and names are lines of text.
  @Test func survivesDamage() throws {
    var graph = try Self.graph()
    try graph.setContract(Self.full)
    let bytes = try convert(graph)
    var (refused, changed) = (0, 0)
    func check(_ damaged: [UInt8]) {
      do throws(TFLiteError) {
        let contract = try Graph(tflite: damaged.span.bytes).contract
        if contract != Self.full { changed += 1 }
      } catch {
        refused += 1
        #expect(error.description.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
      }
    }
    var damaged = bytes
    for place in bytes.indices {
      for value in [0, 0x80, 0xff] as [UInt8] {
        damaged[place] = value
        check(damaged)
      }
      damaged[place] = bytes[place]
    }
    for place in stride(from: 0, to: bytes.count - 4, by: 4) {
      for word in [0xffff_ffff, 0x7fff_ffff] as [UInt32] {
        for byte in 0..<4 { damaged[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
        check(damaged)
      }
      damaged.replaceSubrange(place..<place + 4, with: bytes[place..<place + 4])
    }
    for cut in bytes.indices { check(Array(bytes[..<cut])) }
    #expect(refused > 1000 && changed > 100, "\(refused) refused, \(changed) changed")
  }

  @Test func namesWhatIsDamaged() throws {
    var graph = try Self.graph()
    try graph.setContract(Self.full)
    let model = try TFLiteModel(encoding: graph)
    func message(_ change: (inout TFLiteModel) -> Void) -> String {
      var copy = model
      change(&copy)
      do throws(TFLiteError) {
        _ = try Graph(copy)
        return "accepted"
      } catch {
        return error.description
      }
    }
    func buffer(_ name: String) throws -> Int {
      try #require(model.metadata.first { $0.name == name }).buffer
    }
    let own = try buffer("MAINSPRING_CONTRACT")
    let standard = try buffer("TFLITE_METADATA")
    #expect(
      message { $0.buffers[own] = [] }
        == "byte 4, contract: expected identifier MSC1, found 0 bytes")
    #expect(
      message { $0.buffers[own][4] = 0x4e }
        == "byte 4, contract: expected identifier MSC1, found 'NSC1'")
    #expect(
      message { $0.buffers[standard][7] = 0x32 }
        == "byte 4, metadata: expected identifier M001, found 'M002'")
    #expect(
      message { $0.associatedFiles = [] }
        == "contract: labels: expected the stored file 'labels.txt' behind the model, found none")
    #expect(
      message { $0.associatedFiles[0].contents = nil }
        == "contract: labels: expected the stored file 'labels.txt' behind the model, found none")
    #expect(
      message { $0.associatedFiles[0].contents = Array("a\nb".utf8) }
        == "contract: output 0: labels: expected 3, found 2")
  }

  @Test func quantizedModelsKeepIt() throws {
    var graph = try Self.graph()
    try graph.setContract(Self.full)
    var converter = try ModelConverter(graph)
    let conversion = try converter.convert(to: .dynamicInt8)
    var contract = try #require(try read(conversion.bytes).contract)
    #expect(contract.inputs == Self.full.inputs)
    contract.golden = Self.full.golden
    contract.calibration = Self.full.calibration
    #expect(contract == Self.full)
  }
}
