// SPDX-License-Identifier: Apache-2.0

/// The layouts Keras has stored models in, told apart by content.
package enum StorageKind: UInt32, Sendable {
  /// HDF5 with `model_config` and, below `/model_weights`, one group for each layer.
  case legacyModel = 1
  /// HDF5 with `layer_names` and the layer groups at the root; no architecture.
  case legacyWeights = 2
  /// HDF5 that mirrors the object structure below `/layers`; no architecture.
  case weightsV3 = 3
  /// A zip of `config.json`, `metadata.json` and the `weightsV3` layout.
  case kerasArchive = 4
}
