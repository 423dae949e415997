// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringKeras
import Testing
import _MainspringTestSupport

/// Damaged model files, all the way to an answer.
struct DamageTests {
  /// `MAINSPRING_FUZZ` raises the numbers to the 200 cuts and 2,000 flips of a thorough run.
  static let isThorough = Location.environment("MAINSPRING_FUZZ") != nil

  private func forEachDamage(_ bytes: [UInt8], _ body: ([UInt8]) throws -> Void) throws {
    for cut in Damage.truncations(of: bytes, count: Self.isThorough ? 200 : 10) { try body(cut) }
    var random = SplitMix64(seed: 21)
    for _ in 0..<(Self.isThorough ? 2000 : 40) {
      var copy = bytes
      copy[random.index(below: bytes.count)] ^= 1 << UInt8(random.index(below: 8))
      try body(copy)
    }
  }

  /// A model that is accepted also plans, or says why not, and runs.
  private func run(_ graph: Graph) throws {
    let plan: Plan
    do throws(PlanError) { plan = try Plan(graph) } catch {
      #expect(!"\(error)".contains("\n"))
      return
    }
    var session = Session(plan)
    session.run()
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
    try forEachDamage(bytes) { damaged in
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

  @Test(arguments: [
    "tflite/tf_k2_m1s_fp16.tflite", "tflite/tf_k2_gru_fp32.tflite", "special/gru_while_f32.tflite",
  ])
  func damagedTFLiteFilesGiveOneErrorOrAModel(file: String) throws {
    let bytes = try readFile(Location.fixture("conformance/\(file)"))
    try forEachDamage(bytes) { damaged in
      let graph: Graph
      do throws(TFLiteError) {
        graph = try Graph(tflite: damaged.span.bytes)
      } catch {
        #expect(!"\(error)".contains("\n"))
        return
      }
      try run(try graph.optimized())
    }
  }
}
