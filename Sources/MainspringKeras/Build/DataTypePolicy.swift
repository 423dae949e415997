// SPDX-License-Identifier: Apache-2.0

/// What a layer computes in; everything is float32 here, which is at least as exact.
enum DataTypePolicy {
  private static let known: Set<String> = [
    "float32", "mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64",
  ]

  /// Refuses quantized layers and policies that are not about floats.
  static func check(_ layer: LayerConfig) throws(KerasError) {
    guard let dtype = layer.value("dtype") else { return }
    let name = dtype.string ?? dtype["config"]?["name"]?.string
    guard let name, known.contains(name), dtype["class_name"]?.string != "QuantizedDTypePolicy"
    else {
      throw layer.failure("dtype", "a policy of floats", dtype)
    }
  }
}
