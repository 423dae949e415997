// SPDX-License-Identifier: Apache-2.0

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
}
