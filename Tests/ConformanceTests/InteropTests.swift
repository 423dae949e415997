// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringGraph
import MainspringKeras
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Converted models for stock runtimes, with Keras' own answers: `tools/interop.py` runs them.
@Suite(.enabled(if: Location.environment("MAINSPRING_INTEROP") != nil))
struct InteropTests {
  private func write(
    _ test: ModelCase, _ name: String, _ inputs: [NumPyArray], _ outputs: [[Float]],
    _ options: EncodingOptions
  ) throws {
    let folder = try #require(Location.environment("MAINSPRING_INTEROP"))
    let model = try KerasModel.load(test.path, architecture: test.architecture)
    let graph = try model.graph.optimized()
    try writeFile("\(folder)/\(name).tflite", try convert(graph, options: options))
    for (index, array) in inputs.enumerated() {
      try writeFile("\(folder)/\(name).input_\(index).npy", array.serialized())
    }
    for (index, values) in outputs.enumerated() {
      let shape = [inputs[0].shape[0]] + graph.shape(of: graph.outputs[index]).extents
      try writeFile(
        "\(folder)/\(name).output_\(index).npy",
        NumPyArray(shape: shape, floats: values).serialized())
    }
  }

  private static func isIdentity(_ test: ModelCase) -> Bool {
    // LiteRT has nothing to run where a layer does nothing.
    ["Dropout", "Gaussian", "ActivityRegularization"].contains { test.name.contains($0) }
  }

  @Test(
    arguments: (KerasLayerTests.supported + KerasModelTests.cases + SpecialFileTests.keras).filter {
      !isIdentity($0)
    })
  func writesModels(test: ModelCase) throws {
    let inputs = try test.arrays(test.inputs)
    let outputs = try test.arrays(test.outputs).map { $0.floats }
    let name = test.name.replacing(".", with: "_")
    for form in [EncodingOptions.Recurrent.fused, .while] {
      try write(test, "\(name).\(form)", inputs, outputs, EncodingOptions(recurrent: form))
    }
  }

  /// All windows of people the models have not seen; for the bases without answers, our own.
  @Test(.enabled(if: Location.hasShared), arguments: GestureModelTests.cases)
  func writesGestureModels(test: ModelCase) throws {
    let inputs = try test.arrays(test.inputs)
    let outputs =
      test.outputs.isEmpty
      ? try ModelRunner(keras: test.path).run(inputs)
      : try test.arrays(test.outputs).map { $0.floats }
    let name = test.name.replacing(".", with: "_")
    try write(test, "geotec_\(name)", inputs, outputs, EncodingOptions())
  }

  /// All windows of people the models have not seen, as integers in and out.
  @Test(.enabled(if: Location.hasShared), arguments: ["k3", "tfk", "k215"])
  func writesQuantizedGestureModels(keras: String) throws {
    let folder = try #require(Location.environment("MAINSPRING_INTEROP"))
    let source = Location.shared("models/geotec")
    let graph = try KerasModel.load("\(source)/\(keras)_watson_fine_tuned_model.h5").graph
      .optimized().integerForm()
    let windows = try GestureRecordings.windows(["s01"], every: 4, limit: 100, for: graph)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.percentile(99.99))
    let (equal, carried) = try ChannelEqualization(strength: 0.75).applied(to: graph, ranges)
    var model = try Quantizer(equal, carried, QuantizationPlan(.int8, for: equal)).quantized()
    try model.setContract(try contract("\(folder)/quantized_\(keras)"))
    try writeFile("\(folder)/quantized_\(keras).tflite", try convert(model))

    let array = try NumPyArray(path: "\(source)/X_test.npy")
    let type = model.values[model.inputs[0]].type
    let scale = try #require(type.quantization?.scale)
    let zero = Float(try #require(type.quantization?.zeroPoint))
    let integers = array.floats.map {
      Int8(min(max(($0 / scale).rounded(.toNearestOrAwayFromZero) + zero, -128), 127))
    }
    let outputs = try run(try Plan(model.throughFile()), integers)
    let names = [("input_0", array.shape, integers), ("output_0", [array.shape[0], 5], outputs)]
    for (name, shape, values) in names {
      try writeFile(
        "\(folder)/quantized_\(keras).\(name).npy", NumPyBytes.file(shape: shape, values))
    }
  }

  /// What a file says of its model, and the same for `tools/interop.py` to find there.
  private func contract(_ stem: String) throws -> ModelContract {
    var contract = ModelContract()
    var input = ModelContract.Input()
    input.channels = ["ax", "ay", "az", "gx", "gy", "gz"].map { .init(name: $0, unit: "SI") }
    input.scaler = Scaler(means: [0, 1, 2, -3, 0.5, 0], deviations: [1, 2, 4, 0.25, 1, 8])
    contract.inputs = [input]
    contract.outputs = [.init(labels: ["seated", "standing up", "walking", "tourné", "日本"])]
    contract.sampleRate = 50
    contract.golden = GoldenVectors(
      inputs: .seeded(seed: 1, low: 0, high: 1), windowCount: 1, outputs: [0, 0, 0, 0, 0],
      tolerance: 1)
    try writeFile(
      "\(stem).metadata.json",
      Array(
        """
        {"labels": ["seated", "standing up", "walking", "tourné", "日本"],
         "mean": [0, 1, 2, -3, 0.5, 0], "std": [1, 2, 4, 0.25, 1, 8]}
        """.utf8))
    return contract
  }

  /// Other people's integer files, with the integers this runtime makes of their inputs.
  @Test(
    .enabled(if: Location.hasShared),
    arguments: Location.hasShared ? ThirdPartyTests.cases("tflite") : [])
  func writesIntegerFiles(test: ModelCase) throws {
    let folder = try #require(Location.environment("MAINSPRING_INTEROP"))
    let bytes = try readFile(test.path)
    let graph = try Graph(tflite: bytes.span.bytes)
    let plan = try Plan(try graph.optimized())
    guard plan.inputs[0].type.elementType == .int8 else { return }
    let input = try NumPyIntegers(path: test.inputs[0])
    let outputs = try run(plan, input.values.map { Int8($0) })
    let stem = "\(folder)/thirdparty_\(test.name.suffix(60).replacing(".", with: "_"))"
    // LiteRT would carry state from window to window.
    let file = graph.statefulNames.isEmpty ? bytes : try convert(try graph.resettingState())
    try writeFile("\(stem).tflite", file)
    try writeFile("\(stem).input_0.npy", try readFile(test.inputs[0]))
    let shape = try NumPyIntegers(path: test.outputs[0]).shape
    try writeFile("\(stem).output_0.npy", NumPyBytes.file(shape: shape, outputs))
  }

  /// The integers that come out of each window.
  private func run(_ plan: Plan, _ input: [Int8]) throws -> [Int8] {
    var session = Session(plan)
    var outputs: [Int8] = []
    let size = plan.inputs[0].shape.elementCount
    for start in stride(from: 0, to: input.count, by: size) {
      let values = Array(input[start..<start + size])
      try session.setRawInput(0, values.span)
      session.run()
      var result = [Int8](repeating: 0, count: plan.outputs[0].shape.elementCount)
      var span = result.mutableSpan
      try session.copyRawOutput(0, into: &span)
      outputs += result
    }
    return outputs
  }
}

/// A .npy file of bytes.
private enum NumPyBytes {
  static func file(shape: [Int], _ values: [Int8]) -> [UInt8] {
    let extents = shape.map { "\($0)" }.joined(separator: ", ")
    var text = "{'descr': '|i1', 'fortran_order': False, 'shape': (\(extents)), }"
    text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8)
      + values.map { UInt8(bitPattern: $0) }
  }
}
