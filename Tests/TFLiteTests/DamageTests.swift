// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Damaged files end in an error or in a graph, never in a crash or a hang.
@Suite struct DamageTests {
  /// Small files of every kind: convolutions, fused and looped recurrent layers, halves, int8.
  static let files: [String] =
    Location.hasShared
    ? [
      "tflite/tf_k3_mlp_fp32", "tflite/layer_ops/MHA_f32", "tflite/layer_ops/Conv2D_int8",
      "tflite/layer_ops/ReLU_f32", "tflite/layer_ops/TD_Dense_f32", "special/gru_while_f32",
      "special/external_buffers", "special/tf_bidi_f32", "tflite/layer_ops/SimpleRNN_f32",
      "tflite/layer_ops/Conv1DTranspose_f32", "tflite/tf_k3_mlp_int8",
      "tflite/layer_ops/DepthwiseConv2D_int8", "tflite/layer_ops/Softmax_int8",
      "tflite/layer_ops/PReLU_int8", "tflite/layer_ops/ReLU_int8", "tflite/layer_ops/Dot_int8",
      "special/tf_bidi_int8_wrong_scales", "tflite/tf_k3_cnn_int16x8", "tflite/tf_k3_cnn_dyn",
    ] : []

  /// - Returns: whether the file is still a graph.
  private func survives(_ bytes: [UInt8]) -> Bool {
    do {
      let graph = try Graph(tflite: bytes.span.bytes)
      // What is accepted is well-formed: its normal form can be built.
      _ = try graph.normalized()
      return true
    } catch let error as TFLiteError {
      #expect(!error.description.isEmpty && !error.description.contains("\n"))
      return false
    } catch {
      Issue.record("an accepted graph cannot be normalized: \(error)")
      return false
    }
  }

  private func damage(_ bytes: [UInt8], flips: Int, seed: UInt64) {
    #expect(survives(bytes) || bytes.count < 8)
    for part in Damage.truncations(of: bytes, count: 200) { _ = survives(part) }
    Damage.flips(of: bytes, count: flips, seed: seed) { damaged, _ in _ = survives(damaged) }
  }

  @Test func sketchesSurviveDamage() throws {
    let sketches = [
      ModelSketch.dense(), ModelSketch.loop(times: 3, rows: 4),
      RecurrentSketch.lstm(isCleared: true), IntegerSketch.dense(),
      IntegerSketch.hybrid(isAsymmetric: true), IntegerSketch.lstm(isCleared: true),
    ]
    for sketch in sketches {
      let bytes = sketch.model.flat().file()
      #expect(survives(bytes))
      damage(bytes, flips: 2000, seed: 1)
    }
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"), arguments: files)
  func filesSurviveDamage(file: String) throws {
    let bytes = try readFile(Location.shared("conformance/\(file).tflite"))
    _ = try TFLiteModel(parsing: bytes.span.bytes)
    for part in Damage.truncations(of: bytes, count: 200) { _ = survives(part) }
    Damage.flips(of: bytes, count: 2000, seed: 7) { damaged, _ in _ = survives(damaged) }
  }

  /// Loops over integers, unrolled anew for each damaged copy.
  @Test(
    .enabled(if: Location.hasShared, "needs ../shared"),
    arguments: ["gru_while_int8", "lstm_while_int8_cell16"])
  func loopsOfIntegersSurviveDamage(file: String) throws {
    let bytes = try readFile(Location.shared("conformance/special/\(file).tflite"))
    for part in Damage.truncations(of: bytes, count: 50) { _ = survives(part) }
    Damage.flips(of: bytes, count: 200, seed: 11) { damaged, _ in _ = survives(damaged) }
  }

  @Test func everyByteOfASmallFileMayBeAnything() {
    for sketch in [ModelSketch.dense(), IntegerSketch.dense()] { replaceEveryByte(of: sketch) }
  }

  private func replaceEveryByte(of sketch: ModelSketch) {
    let bytes = sketch.model.flat().file()
    var damaged = bytes
    for place in bytes.indices {
      for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
        damaged[place] = value
        _ = survives(damaged)
      }
      damaged[place] = bytes[place]
    }
  }
}
