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
    let window = plan.inputs[0].shape.elementCount
    var session = Session(plan)
    var found: [Int8] = []
    for start in stride(from: 0, to: input.values.count, by: window) {
      let values = input.values[start..<start + window].map { Int8($0) }
      try session.setRawInput(0, values.span)
      session.run()
      var result = [Int8](repeating: 0, count: plan.outputs[0].shape.elementCount)
      var span = result.mutableSpan
      try session.copyRawOutput(0, into: &span)
      found += result
    }
    let stem = "\(folder)/thirdparty_\(test.name.suffix(60).replacing(".", with: "_"))"
    // LiteRT would carry state from window to window.
    let file =
      graph.statefulNames.isEmpty ? bytes : try convert(try graph.resettingState())
    try writeFile("\(stem).tflite", file)
    try writeFile("\(stem).input_0.npy", try readFile(test.inputs[0]))
    // The recorded array has the shape and type of ours: only its elements are replaced.
    let recorded = try readFile(test.outputs[0])
    let elements = found.map { UInt8(bitPattern: $0) }
    try writeFile("\(stem).output_0.npy", recorded.dropLast(found.count) + elements)
  }
}
