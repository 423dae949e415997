// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which layers of two models are the same.
///
/// Converters rename, fuse and split: a Keras layer `lstm` is `model/lstm/…;…` in TensorFlow's
/// files. Both models compute their layers in the same order, so they are aligned like two texts
/// (Needleman and Wunsch 1970): pairs are of one kind and have the same extents but for ones; the
/// alignment with most of them, and of those with most names in common, wins.
struct LayerMatching {
  let reference: LayerSequence
  let other: LayerSequence
  /// Items of both, in the order they run.
  let pairs: [(reference: Int, other: Int)]

  /// - Complexity: O(layers · layers).
  init(_ reference: Graph, _ other: Graph) {
    let (first, second) = (LayerSequence(reference), LayerSequence(other))
    let left = first.items.map { Trait($0, first) }
    let right = second.items.map { Trait($0, second) }
    let width = right.count + 1
    // Behind both: the best that the rest gives.
    var best = [Int](repeating: 0, count: (left.count + 1) * width)
    for i in left.indices.reversed() {
      for j in right.indices.reversed() {
        let score = left[i].score(right[j])
        let skipped = max(best[(i + 1) * width + j], best[i * width + j + 1])
        let paired = score > 0 ? score + best[(i + 1) * width + j + 1] : 0
        best[i * width + j] = max(skipped, paired)
      }
    }
    var pairs: [(reference: Int, other: Int)] = []
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if best[i * width + j] == best[(i + 1) * width + j] {
        i += 1
      } else if best[i * width + j] == best[i * width + j + 1] {
        j += 1
      } else {
        pairs.append((i, j))
        i += 1
        j += 1
      }
    }
    self.pairs = pairs
    self.reference = first
    self.other = second
  }

  /// What a layer is recognised by.
  private struct Trait {
    let kind: String
    let name: String
    let parts: Set<String>
    let extents: [Int]

    init(_ item: LayerSequence.Item, _ sequence: LayerSequence) {
      kind = item.kind
      name = sequence.name(of: item)
      parts = Set(name.split(whereSeparator: { "/;:".contains($0) }).map { String($0) })
      let output = sequence.graph.nodes[item.node].output
      extents = sequence.graph.shape(of: output).extents.filter { $0 != 1 }
    }

    /// 0 for what cannot be the same layer.
    func score(_ other: Trait) -> Int {
      guard kind == other.kind, extents == other.extents else { return 0 }
      if name == other.name { return 6 }
      if parts.contains(other.name) || other.parts.contains(name) { return 5 }
      return parts.isDisjoint(with: other.parts) ? 2 : 3
    }
  }
}
