// SPDX-License-Identifier: Apache-2.0

import MainspringWire

/// What Keras keeps where in its HDF5 files.
enum KerasLayout {
  /// Attributes of the root that are documents in their own right.
  static let documents: Set<String> = ["model_config", "keras_version", "backend"]
  /// Lists that Keras splits into `name0`, `name1`, … when they would not fit an object header.
  static let splitLists: [String] = ["layer_names", "weight_names"]
  /// Text of no use here, and large.
  static let ignoredAttributes: Set<String> = ["training_config"]
  /// Groups of the root with the state of training.
  static let ignoredGroups: Set<String> = ["optimizer_weights", "optimizer"]

  /// Tells the layouts apart by what the root holds.
  ///
  /// - Throws: `Refusal` when it is none of them.
  static func kind(of file: HDF5File) throws(Refusal) -> StorageKind {
    let root = try file.root()
    if try root.hasAttribute("model_config") { return .legacyModel }
    if try root.hasAttribute("layer_names") { return .legacyWeights }
    if try root.hasAttribute("layer_names0") { return .legacyWeights }
    if try holdsLayers(root) { return .weightsV3 }
    // A model inside a checkpointed object: one group above the layers.
    let links = try root.links(path: "/", limit: WireFormat.maximumRecordCount)
    for link in links.prefix(64) where link.isHard {
      let object = try root.member(link.name, path: "/\(link.name)")
      if object.kind == .group, try holdsLayers(object) { return .weightsV3 }
    }
    throw Refusal(
      .unsupported,
      "this HDF5 file is not a Keras model: expected 'model_config', 'layer_names' or 'layers' "
        + "at its root, found none of them")
  }

  private static func holdsLayers(_ group: borrowing HDF5Object) throws(Refusal) -> Bool {
    if try group.hasLink("layers") { return true }
    return try group.hasLink("_layer_checkpoint_dependencies")
  }
}
