// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringKeras
import Testing
import _MainspringTestSupport

/// Damaged model files, all the way to an answer.
struct DamageTests {
  /// `MAINSPRING_FUZZ` raises the numbers: to 200 cuts and 2,000 flips of Keras files. The reader's
  /// own tests do as much to every TFLite file; here fewer go all the way.
  static let isThorough = Location.environment("MAINSPRING_FUZZ") != nil

  private func forEachDamage(
    _ bytes: [UInt8], cuts: Int, flips: Int, words: Int = 0, thorough: Int,
    _ body: ([UInt8]) throws -> Void
  ) throws {
    let factor = Self.isThorough ? thorough : 1
    for cut in Damage.truncations(of: bytes, count: factor * cuts) { try body(cut) }
    var random = SplitMix64(seed: 21)
    var copy = bytes
    for _ in 0..<factor * flips {
      let place = random.index(below: bytes.count)
      copy[place] ^= 1 << UInt8(random.index(below: 8))
      try body(copy)
      copy[place] = bytes[place]
    }
    // Counts, offsets, extents and indices that no file has.
    for _ in 0..<factor * words {
      let place = 4 * random.index(below: bytes.count / 4)
      for word in [0, 0xffff_ffff, 1 << 30, 0x7fff_ffff, 0x8000_0000] as [UInt32] {
        for byte in 0..<4 { copy[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
        try body(copy)
      }
      copy.replaceSubrange(place..<place + 4, with: bytes[place..<place + 4])
    }
  }

  /// A model that is accepted also plans, or says why not, and runs.
  private func run(_ graph: Graph) throws {
    let plan: Plan
    do throws(PlanError) { plan = try Plan(graph) } catch {
      #expect(!"\(error)".contains("\n"))
      return
    }
    let work = plan.operations.reduce(0) { sum, operation in
      let (total, overflow) = sum.addingReportingOverflow(operation.multiplyAccumulates)
      return overflow ? .max : total
    }
    guard work < 100_000_000 else { return }
    var session = Session(plan)
    session.run()
    // What its contract says of its answers may be wrong, and must be harmless.
    do throws(SelfTestError) { try plan.selfTest() } catch { #expect(error.window >= 0) }
  }

  /// A model that is accepted can be written, or the error says why not, and read again.
  private func convert(_ graph: Graph) throws {
    let bytes: [UInt8]
    do throws(ConvertError) { bytes = try MainspringConvert.convert(graph) } catch {
      #expect(!error.description.isEmpty)
      return
    }
    _ = try Graph(tflite: bytes.span.bytes)
  }

  @Test(arguments: [
    "models/k3_cnn.keras", "models/k2_m1s.h5", "models/k3_m1s.weights.h5",
    "special/old_cudnnlstm_fixedstr.h5",
  ])
  func damagedKerasFilesGiveOneErrorOrAModel(file: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("damaged")
    let architecture =
      file.hasSuffix(".weights.h5") ? Location.fixture("conformance/models/k3_m1s.keras") : nil
    let bytes = try readFile(Location.fixture("conformance/\(file)"))
    try forEachDamage(bytes, cuts: 10, flips: 100, thorough: 20) { damaged in
      try writeFile(path, damaged)
      let model: KerasModel
      do throws(KerasError) {
        model = try KerasModel.load(path, architecture: architecture)
      } catch {
        #expect(error.blame == .badData, "\(error)")
        #expect(!"\(error)".contains("\n"))
        return
      }
      try run(try model.graph.optimized())
    }
  }

  static let files: [String] = ["special", "tflite", "tflite/layer_ops"].flatMap { folder in
    let names: [String]
    do throws(FileFailure) {
      names = try listFolder(Location.fixture("conformance/\(folder)"))
    } catch {
      return [String]()
    }
    return names.filter { $0.hasSuffix(".tflite") }.map { "\(folder)/\($0)" }
  }

  @Test func findsTheFiles() { #expect(Self.files.count >= 80) }

  @Test(arguments: files) func damagedTFLiteFilesGiveOneErrorOrAModel(file: String) throws {
    let bytes = try readFile(Location.fixture("conformance/\(file)"))
    try forEachDamage(bytes, cuts: 2, flips: 10, words: 2, thorough: 10) { damaged in
      let graph: Graph
      do throws(TFLiteError) {
        graph = try Graph(tflite: damaged.span.bytes)
      } catch {
        #expect(!"\(error)".contains("\n"))
        return
      }
      let optimized = try graph.optimized()
      try run(optimized)
      try convert(optimized)
    }
  }
}
