// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which layers of two models are the same.
///
/// Converters rename, fuse and split: a Keras layer `lstm` is `model/lstm/…;…` in TensorFlow's
/// files, and branches that run side by side are listed in any order. So the pairs of
/// ``LayerPairing`` are found by what layers hold and by what they are connected with; only what
/// that leaves open is told by order.
struct LayerMatching {
  let reference: LayerSequence
  let other: LayerSequence
  /// Items of both, in the order the reference runs them.
  let pairs: [(reference: Int, other: Int)]

  /// - Complexity: O(layers² · layers / 64).
  init(_ reference: Graph, _ other: Graph) {
    let (first, second) = (LayerSequence(reference), LayerSequence(other))
    var pairing = LayerPairing(LayerPaths(first), LayerPaths(second))
    // Steps between layers are told by the layers around them.
    pairing.pair { !$0.isBetween }
    pairing.pair { $0.isBetween }
    pairs = pairing.partners.enumerated().compactMap { index, partner in
      partner.map { (index, $0) }
    }
    self.reference = first
    self.other = second
  }
}
