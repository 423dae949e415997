// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringConvert
import MainspringGraph
import MainspringKeras
import MainspringNumPy
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Layers of a trained model beside its files: batch normalizations are folded, channels rescaled.
struct TrainedLayerTests {
  private static let precisions: [ModelPrecision] = [
    .float32, .float16, .dynamicInt8, .int8, .int16x8,
  ]

  private func windows() throws -> ProbeWindows {
    let array = try NumPyArray(path: Location.fixture("geotec/windows.npy"))
    let size = array.floats.count / array.shape[0]
    var windows = ProbeWindows(sizes: [size])
    for start in stride(from: 0, to: array.floats.count, by: size) {
      windows.append([Array(array.floats[start..<start + size])])
    }
    return windows
  }

  private func keras() throws -> Subject {
    let path = Location.fixture("geotec/gesture.h5")
    return Subject(name: "keras", try KerasModel.load(path).graph.optimized(), stage: .keras)
  }

  private func file(_ precision: ModelPrecision) throws -> Subject {
    let keras = try keras()
    let windows = try windows()
    var set = WindowSet(for: keras.graph)
    for index in 0..<min(windows.count, 64) { try set.append(windows[index]) }
    var converter = try ModelConverter(keras.graph, calibration: set)
    let bytes = try converter.convert(to: precision, ConversionOptions()).bytes
    return Subject(name: "\(precision)", try Graph(tflite: bytes.span.bytes).optimized())
  }

  private func compare(_ reference: Subject, _ other: Subject) throws -> [LayerDifference] {
    let windows = try windows()
    var comparison = try LayerComparison(reference, other)
    for index in 0..<min(windows.count, 48) { try comparison.add(windows[index]) }
    return comparison.finished()
  }

  @Test(arguments: precisions) func noLayerOfAHealthyFileDiverges(precision: ModelPrecision) throws
  {
    let (keras, file) = (try keras(), try file(precision))
    for layers in [try compare(keras, file), try compare(file, keras)] {
      #expect(layers.filter(\.diverges).map(\.name) == [])
      let compared = layers.filter { $0.exclusion == nil }
      // Nothing but a folded normalization may be left out.
      #expect(compared.count >= layers.count - 2 && compared.count >= 8)
      #expect(layers.filter { $0.exclusion != nil }.allSatisfy { $0.operation == "ScaleShift" })
      #expect(compared.allSatisfy { ($0.signalToNoise ?? 0) > 20 })
    }
  }

  @Test(arguments: [
    "CNN_Only_Model/conv1d_1", "CNN_Only_Model/conv1d_2", "lstm_1", "lstm_2", "dense_1",
  ])
  func theLayerOfAWrongScaleIsNamed(layer: String) throws {
    let keras = try keras()
    let healthy = try file(.int8)
    let damaged = Subject(name: "damaged", try healthy.graph.damagingScale(of: layer))
    #expect(damaged.graph != healthy.graph)
    #expect(try compare(keras, damaged).first { $0.diverges }?.name == layer)
    #expect(try compare(damaged, keras).first { $0.diverges }?.name == layer)
  }

  @Test(arguments: ["lstm_1", "lstm_2"]) func theLayerOfSwappedGatesIsNamed(layer: String) throws {
    let keras = try keras()
    let damaged = Subject(name: "damaged", try keras.graph.swappingGates(of: layer))
    #expect(try compare(keras, damaged).first { $0.diverges }?.name == layer)
  }

  /// Channels that are scaled and never scaled back are a fault of the layer that scales them.
  @Test(arguments: [
    ("CNN_Only_Model/conv1d_1", "CNN_Only_Model/conv1d_2"), ("CNN_Only_Model/conv1d_2", "lstm_1"),
    ("dense_1", "output"),
  ])
  func onlyWhatIsTakenBackIsNoFault(layer: String, reader: String) throws {
    let keras = try keras()
    let factor = { (index: Int) -> Float in [0.25, 4, 1, 2][index % 4] }
    let scaled = try keras.graph.scalingRows(of: layer, by: factor)
    let name = try #require(keras.graph.values.first { $0.name.hasPrefix(reader) }).name
    let broken = try compare(keras, Subject(name: "broken", scaled))
    #expect(broken.first { $0.diverges }?.name == layer)
    // A batch normalization between the two adds a shift that columns alone do not take back.
    if layer.hasSuffix("conv1d_1") { return }
    let whole = try scaled.scalingColumns(of: name) { 1 / factor($0) }
    let layers = try compare(keras, Subject(name: "whole", whole))
    #expect(layers.filter(\.diverges).isEmpty)
    #expect(layers.first { $0.name == layer }?.isRescaled == true)
  }
}

/// TensorFlow's own files: normalizations are multiplications and additions of their own.
@Suite(.enabled(if: Location.hasShared, "needs ../shared"))
struct TensorFlowLayerTests {
  private func compare(_ file: String, isReversed: Bool) throws -> [LayerDifference] {
    let folder = Location.shared("models/geotec")
    let keras = Subject(
      name: "keras",
      try KerasModel.load("\(folder)/tfk_watson_fine_tuned_model.keras").graph.optimized(),
      stage: .keras)
    let bytes = try readFile("\(folder)/\(file).tflite")
    let other = Subject(name: file, try Graph(tflite: bytes.span.bytes).optimized())
    let array = try NumPyArray(path: "\(folder)/X_test.npy")
    let size = array.floats.count / array.shape[0]
    var comparison = try LayerComparison(isReversed ? other : keras, isReversed ? keras : other)
    // All of them reach the cells that are cut.
    let step = BuildMode.isOptimized ? 1 : 33
    for index in stride(from: 0, to: array.shape[0], by: step) {
      let start = index * size
      try comparison.add([Array(array.floats[start..<start + size])])
    }
    return comparison.finished()
  }

  @Test(arguments: ["tfk_float32", "tfk_fp16", "tfk_dynamic", "tfk_int8"], [false, true])
  func noneDiverges(file: String, isReversed: Bool) throws {
    let layers = try compare(file, isReversed: isReversed)
    #expect(layers.filter(\.diverges).map(\.name) == [])
    #expect(layers.count { $0.exclusion == nil } >= 8)
    // What TensorFlow adds to an LSTM is said, and judged no finer than halves.
    let cut = try #require(layers.firstIndex { $0.note?.hasPrefix("cells cut at 10.0") == true })
    #expect(layers[cut].operation == "LSTM")
    #expect(layers[cut...].allSatisfy { $0.tolerance <= 36 })
    if file == "tfk_float32" {
      #expect(layers[..<cut].allSatisfy { $0.exclusion != nil || $0.tolerance == 60 })
    }
  }
}
