// SPDX-License-Identifier: Apache-2.0

/// Classes and settings of Keras 1 in the terms of Keras 2.
enum KerasOne {
  private static let kinds = [
    "Convolution1D": "Conv1D", "AtrousConvolution1D": "Conv1D", "Convolution2D": "Conv2D",
    "AtrousConvolution2D": "Conv2D", "TimeDistributedDense": "Dense",
  ]

  private static let mergeKinds = [
    "sum": "Add", "mul": "Multiply", "concat": "Concatenate", "ave": "Average", "max": "Maximum",
  ]

  /// New names of settings, by class; those of `""` hold for every class.
  private static let keys: [String: [String: String]] = [
    "": ["bias": "use_bias", "border_mode": "padding", "inner_activation": "recurrent_activation"],
    "Dense": ["output_dim": "units"],
    "LSTM": ["output_dim": "units"],
    "GRU": ["output_dim": "units"],
    "SimpleRNN": ["output_dim": "units"],
    "Conv1D": [
      "nb_filter": "filters", "filter_length": "kernel_size", "subsample_length": "strides",
      "atrous_rate": "dilation_rate",
    ],
    "Conv2D": ["nb_filter": "filters", "subsample": "strides", "atrous_rate": "dilation_rate"],
    "MaxPooling1D": ["pool_length": "pool_size", "stride": "strides"],
    "AveragePooling1D": ["pool_length": "pool_size", "stride": "strides"],
    "UpSampling1D": ["length": "size"],
    "Concatenate": ["concat_axis": "axis"],
  ]

  /// - Throws: ``KerasError`` for what Keras 2 has no word for.
  static func modernised(
    kind: String, settings: JSON.Object, layer: String
  ) throws(KerasError) -> (kind: String, settings: JSON.Object) {
    var modern = kinds[kind] ?? kind
    var result = settings
    if kind == "Merge" { modern = try merge(settings, layer) }
    if kind == "BatchNormalization", let mode = result.remove("mode")?.integer, mode == 1 {
      throw .setting(layer: layer, key: "mode", expected: "0 or 2", found: "1")
    }
    for table in ["", modern] {
      for (old, new) in keys[table] ?? [:] {
        if let value = result.remove(old) { result.set(value, for: new) }
      }
    }
    if let rows = result.remove("nb_row"), let columns = result.remove("nb_col") {
      result.set(.array([rows, columns]), for: "kernel_size")
    }
    if let ordering = result.remove("dim_ordering")?.string, ordering == "th" {
      result.set(.string("channels_first"), for: "data_format")
    }
    if let padding = result["padding"]?.string, padding == "full" {
      throw .setting(
        layer: layer, key: "border_mode", expected: "valid or same", found: "\"full\"")
    }
    return (modern, result)
  }

  private static func merge(_ settings: JSON.Object, _ layer: String) throws(KerasError) -> String {
    guard let mode = settings["mode"]?.string, let kind = mergeKinds[mode] else {
      throw .setting(
        layer: layer, key: "mode", expected: mergeKinds.keys.sorted().joined(separator: ", "),
        found: "\(settings["mode"] ?? .null)")
    }
    if let layers = settings["layers"]?.array, !layers.isEmpty {
      throw .setting(
        layer: layer, key: "layers", expected: "operands from the functional interface",
        found: "\(layers.count) layers inside")
    }
    return kind
  }
}
