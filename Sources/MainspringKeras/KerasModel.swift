// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// A trained Keras model, read from a file and turned into a graph.
public struct KerasModel: Sendable {
  /// How a file stores a model.
  public enum Kind: Hashable, Sendable {
    /// HDF5 with architecture and weights, as `model.save("x.h5")` writes.
    case legacyModel
    /// HDF5 with weights only, by layer name.
    case legacyWeights
    /// HDF5 with weights only, as `save_weights("x.weights.h5")` writes.
    case weightsV3
    /// A `.keras` archive.
    case kerasArchive
  }

  /// The computation in float32 for one window; nothing is folded or fused yet.
  public let graph: Graph
  /// The version that saved the architecture, when the file tells.
  public let kerasVersion: String?
  /// `tensorflow`, `jax` or `torch`, when the file tells.
  public let backend: String?
  public let kind: Kind
  /// The model's own name.
  public let name: String
  /// Layers in the order they run, those of nested models one by one.
  public let layers: [LayerSummary]
  /// What was accepted although it may deserve a look.
  public let warnings: [String]
}

/// One layer, for a listing.
public struct LayerSummary: Hashable, Sendable {
  /// The layer's name behind the names of the models around it: `base/conv1d`.
  public let name: String
  /// The Keras class.
  public let kind: String
  /// With a batch of 1.
  public let outputShape: Shape
  /// Weight elements, frozen ones among them.
  public let parameterCount: Int
}

/// What a file cannot tell about how its model is to be loaded.
public struct KerasOptions: Hashable, Sendable {
  /// Time steps in a window, for a model whose time axis is open; an error when it contradicts
  /// the model's inputs or there is no time axis at all.
  public var windowLength: Int?
  /// The program `mainspring-hdf5`; nil looks for it beside the running program.
  public var helperPath: String?
  /// The caller asserts that windows are never padded, so that masks mask nothing.
  public var assumesNoPadding: Bool

  public init(
    windowLength: Int? = nil, helperPath: String? = nil, assumesNoPadding: Bool = false
  ) {
    self.windowLength = windowLength
    self.helperPath = helperPath
    self.assumesNoPadding = assumesNoPadding
  }
}
