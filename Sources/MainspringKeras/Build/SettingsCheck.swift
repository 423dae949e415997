// SPDX-License-Identifier: Apache-2.0

/// What to think of settings that no builder asked for.
enum SettingsCheck {
  /// Settings that change nothing at inference.
  private static let inert: Set<String> = [
    "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_shape", "input_dim",
    "input_length", "input_dtype", "seed", "dropout", "recurrent_dropout", "rate", "stddev",
    "noise_shape", "noise", "implementation", "unroll", "synchronized", "renorm",
    "renorm_clipping", "renorm_momentum", "momentum", "unit_forget_bias", "consume_less", "init",
    "inner_init", "forget_bias_init", "dropout_W", "dropout_U", "p", "weights", "sigma", "l1",
    "l2", "virtual_batch_size", "fused", "autocast", "cache_size", "zero_output_for_mask",
    "gamma_init", "beta_init", "supports_masking", "bias_initializer", "batch_size",
  ]

  private static let inertEndings = ["_initializer", "_regularizer", "_constraint"]

  /// Settings that would change the result and that nothing here implements.
  private static let refused: Set<String> = [
    "lora_rank", "lora_alpha", "quantization_config", "time_major", "return_state",
    "input_spec", "adjustment",
  ]

  /// - Throws: ``KerasError`` for a setting that would change the result; others are warned of.
  static func check(_ layer: LayerConfig, in assembly: Assembly) throws(KerasError) {
    for key in layer.settings.keys where !layer.knownKeys.contains(key) {
      let value = layer.settings[key] ?? .null
      if value.isNull || value == .bool(false) || inert.contains(key)
        || inertEndings.contains(where: { key.hasSuffix($0) })
      {
        continue
      }
      if refused.contains(key) { throw layer.failure(key, "nothing", value) }
      assembly.warn("layer '\(layer.path)': the setting \(key) = \(value) is not known, ignored")
    }
  }
}
