// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
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
}
