// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Damaged files end in an error or in a graph, never in a crash or a hang.
///
/// All files of a clone are damaged in three ways: cut, flipped, and with aligned words set to
/// numbers that break counts, offsets, shapes and indices. `MAINSPRING_FUZZ` raises the numbers
/// from a sample to the 200 cuts and 2,000 flips of a thorough run.
@Suite struct DamageTests {
  static let isThorough = Location.environment("MAINSPRING_FUZZ") != nil
  static let cutCount = isThorough ? 200 : 20
  static let flipCount = isThorough ? 2000 : 100
  static let wordCount = isThorough ? 40 : 4
  static let words: [UInt32] = [0, 0xffff_ffff, 1 << 30, 0x7fff_ffff, 0x8000_0000]

  /// The `.tflite` files below `fixtures/conformance`.
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

  /// - Returns: whether the file is still a graph.
  @discardableResult
  private func survives(_ bytes: [UInt8]) -> Bool {
    isGraph { () throws(TFLiteError) in try Graph(tflite: bytes.span.bytes) }
  }

  /// - Returns: whether there is a graph, and not an error.
  @discardableResult
  private func isGraph(_ read: () throws(TFLiteError) -> Graph) -> Bool {
    do {
      let graph = try read()
      // What is accepted is well-formed: every pass can rebuild it. Unrolled loops take long.
      guard Self.isThorough || graph.nodes.count <= 64 else { return true }
      let normal = try graph.normalized()
      #expect(normal == graph)
      _ = try graph.optimized()
      return true
    } catch let error as TFLiteError {
      let message = error.description
      #expect(!message.isEmpty && message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
      return false
    } catch {
      Issue.record("an accepted graph cannot be rebuilt: \(error)")
      return false
    }
  }

  private func damage(_ bytes: [UInt8], seed: UInt64) {
    for part in Damage.truncations(of: bytes, count: Self.cutCount) { survives(part) }
    Damage.flips(of: bytes, count: Self.flipCount, seed: seed) { damaged, _ in survives(damaged) }
    var random = SplitMix64(seed: seed)
    var damaged = bytes
    for _ in 0..<Self.wordCount {
      let place = 4 * random.index(below: bytes.count / 4)
      for word in Self.words {
        for byte in 0..<4 { damaged[place + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
        survives(damaged)
      }
      damaged.replaceSubrange(place..<place + 4, with: bytes[place..<place + 4])
    }
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
      damage(bytes, seed: 1)
    }
  }

  @Test(arguments: files) func filesSurviveDamage(file: String) throws {
    let bytes = try readFile(Location.fixture("conformance/\(file)"))
    _ = try TFLiteModel(parsing: bytes.span.bytes)
    damage(bytes, seed: 7)
  }

  /// −1 stands for an operand that is left out, which most operators have no use for.
  ///
  /// - Returns: how many were left out.
  private func leaveOutOperands(of model: TFLiteModel) -> Int {
    var damaged = model
    var count = 0
    for (index, subgraph) in model.subgraphs.enumerated() {
      for (number, record) in subgraph.operators.enumerated() {
        for operand in record.inputs.indices {
          damaged.subgraphs[index].operators[number].inputs[operand] = -1
          isGraph { () throws(TFLiteError) in try Graph(damaged) }
          damaged.subgraphs[index].operators[number].inputs[operand] = record.inputs[operand]
          count += 1
        }
      }
    }
    return count
  }

  @Test func sketchesSurviveMissingOperands() {
    #expect(leaveOutOperands(of: IntegerSketch.lstm(isCleared: true).model) == 28)
    #expect(leaveOutOperands(of: RecurrentSketch.lstm(isCleared: true).model) >= 24)
    #expect(leaveOutOperands(of: ModelSketch.loop(times: 3, rows: 4).model) > 0)
  }

  @Test(arguments: files) func filesSurviveMissingOperands(file: String) throws {
    let bytes = try readFile(Location.fixture("conformance/\(file)"))
    let model = try TFLiteModel(parsing: bytes.span.bytes)
    // Layers without effect leave no operator behind.
    let isEmpty = model.subgraphs.allSatisfy { $0.operators.isEmpty }
    #expect((leaveOutOperands(of: model) == 0) == isEmpty)
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
        survives(damaged)
      }
      damaged[place] = bytes[place]
    }
  }
}
