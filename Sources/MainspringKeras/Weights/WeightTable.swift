// SPDX-License-Identifier: Apache-2.0

/// What a model file holds, as the loader sees it: names, shapes and a way to get at the floats.
///
/// Only ``floats`` may cost more than a look-up; it is asked for an array once the architecture
/// has implied the very same shape.
struct WeightTable {
  /// How the arrays are arranged.
  enum Kind: Sendable {
    /// HDF5 with `model_config` and `/model_weights`.
    case legacyModel
    /// HDF5 with the same groups at the root and no architecture.
    case legacyWeights
    /// HDF5 that mirrors the objects of the model: `/layers/…/vars/0`.
    case weightsV3
    /// A zip archive with an architecture and the former.
    case kerasArchive

    var isTree: Bool { self == .weightsV3 || self == .kerasArchive }
  }

  let kind: Kind
  /// Shapes by absolute HDF5 path.
  let shapes: [String: [Int]]
  /// A list of texts at a path, under a name; the pieces of a long one are joined.
  let attribute: (_ path: String, _ name: String) -> [String]?
  /// The elements of an array in row-major order, refused unless it has the shape.
  let floats: (_ path: String, _ shape: [Int]) throws(KerasError) -> [Float]
}
