// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringConvert
import MainspringGraph
import MainspringKeras
import MainspringNumPy
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// The models of fixtures/check, in all formats, and their windows.
enum Fixture {
  static func keras(_ name: String) throws -> Subject {
    let path = Location.fixture("check/\(name).h5")
    return Subject(name: name, try KerasModel.load(path).graph.optimized(), stage: .keras)
  }

  static func file(_ name: String) throws -> Subject {
    let bytes = try readFile(Location.fixture("check/\(name).tflite"))
    return Subject(name: name, try Graph(tflite: bytes.span.bytes).optimized())
  }

  /// Keras, f32, f16 and, where the model has numbers to calibrate on, dynamic int8 and int8.
  static func formats(_ name: String, windows: ProbeWindows?) throws -> [Subject] {
    let keras = try keras(name)
    var set = WindowSet(for: keras.graph)
    if let windows { for index in 0..<windows.count { try set.append(windows[index]) } }
    var converter = try ModelConverter(keras.graph, calibration: windows == nil ? nil : set)
    var precisions: [ModelPrecision] = [.float32, .float16]
    if windows != nil { precisions += [.dynamicInt8, .int8] }
    return [keras]
      + (try precisions.map { precision in
        let bytes = try converter.convert(
          to: precision, ConversionOptions(method: .percentile(99.99))
        ).bytes
        let graph = try Graph(tflite: bytes.span.bytes).optimized()
        return Subject(name: "\(name)-\(precision)", graph)
      })
  }

  /// Windows as the models take them.
  static func windows(of model: String) throws -> ProbeWindows {
    if model == "mlp" { return try rows("features") { $0 } }
    return try gestures(mean: "mean", deviation: "std")
  }

  static func gestures(mean: String, deviation: String) throws -> ProbeWindows {
    let means = try NumPyArray(path: Location.fixture("check/\(mean).npy")).floats
    let deviations = try NumPyArray(path: Location.fixture("check/\(deviation).npy")).floats
    return try rows("gesture") { values in
      values.enumerated().map { index, value in
        (value - means[index % means.count]) / deviations[index % means.count]
      }
    }
  }

  private static func rows(_ name: String, _ scaled: ([Float]) -> [Float]) throws -> ProbeWindows {
    let array = try NumPyArray(path: Location.fixture("check/\(name).npy"))
    let size = array.floats.count / array.shape[0]
    var windows = ProbeWindows(sizes: [size])
    for start in stride(from: 0, to: array.floats.count, by: size) {
      windows.append([scaled(Array(array.floats[start..<start + size]))])
    }
    return windows
  }

  static func source(_ subject: Subject, _ windows: ProbeWindows?, seed: UInt64) -> ProbeSource {
    ProbeSource(
      inputs: subject.graph.inputs.map { subject.graph.shape(of: $0) }, windows: windows,
      seed: seed)
  }

  static func check(
    _ subjects: [Subject], _ windows: ProbeWindows? = nil, seed: UInt64 = 1, count: Int = 100,
    isScaled: Bool = false
  ) throws -> CheckReport {
    try Checker(
      subjects, source(subjects[0], windows, seed: seed), count: count, isScaled: isScaled
    ).check()
  }
}

enum BuildMode {
  #if DEBUG
    static let isOptimized = false
  #else
    static let isOptimized = true
  #endif
}
