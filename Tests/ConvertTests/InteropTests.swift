// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Models for stock runtimes: `MAINSPRING_INTEROP=folder swift test --filter Interop`, then
/// `tools/interop.py folder`.
@Suite struct InteropTests {
  static let folder = Location.environment("MAINSPRING_INTEROP")

  @Test(
    .enabled(if: folder != nil, "MAINSPRING_INTEROP names no folder"),
    arguments: InteropCase.all)
  func writesModelForStockRuntimes(test: InteropCase) throws {
    let files = InteropFiles(folder: try #require(Self.folder))
    let forms: [(String, EncodingOptions.Recurrent)] =
      InteropCase.recurrentNames.contains(test.name)
      ? [("fused", .fused), ("while", .while), ("unrolled", .unrolled)] : [("plain", .fused)]
    for (form, recurrent) in forms {
      for (precision, label) in [(EncodingOptions.Precision.float32, "f32"), (.float16, "f16")] {
        let options = EncodingOptions(precision: precision, recurrent: recurrent)
        try files.write(test, options, name: "\(test.name).\(form).\(label)")
      }
    }
  }

  /// The same with labels and scaler, and those for `tools/interop.py` to find in the file.
  @Test(.enabled(if: folder != nil, "MAINSPRING_INTEROP names no folder"))
  func writesMetadataForStockTools() throws {
    let folder = try #require(Self.folder)
    let test = InteropCase("contract") { maker in
      let x = try maker.input([1, 8, 3])
      let state = try maker.lstm(4, x, returnsSequence: false)
      var graph = try maker.finish(try maker.dense(2, state))
      var contract = ModelContract()
      var input = ModelContract.Input()
      input.channels = [.init(name: "x", unit: "g"), .init(name: "y"), .init(name: "z")]
      input.scaler = Scaler(means: [0.5, -1, 8], deviations: [1, 0.25, 4])
      contract.inputs = [input]
      contract.outputs = [.init(labels: ["no", "yes, 是"])]
      contract.rules = .init(thresholds: [0.5, 0.5])
      try graph.setContract(contract)
      return graph
    }
    let text = #"{"labels": ["no", "yes, 是"], "mean": [0.5, -1, 8], "std": [1, 0.25, 4]}"#
    for precision in [EncodingOptions.Precision.float32, .float16] {
      let name = "contract.\(precision)"
      try InteropFiles(folder: folder).write(
        test, EncodingOptions(precision: precision), name: name)
      try writeFile("\(folder)/\(name).metadata.json", Array(text.utf8))
    }
  }
}
