// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Which values of two models are the same layer's.
///
/// Converters rename, fuse and split: a Keras layer `lstm` is `model/lstm/…;…` in TensorFlow's
/// files. Both models compute their layers in the same order, so they are aligned like two texts
/// (Needleman and Wunsch 1970): pairs have the same extents but for ones, and a name or an operator
/// in common; the alignment with most of that wins.
struct LayerMatching {
  struct Pair: Hashable {
    let reference: Node
    let other: Node
  }

  let pairs: [Pair]

  /// - Complexity: O(nodes · nodes).
  init(_ reference: Graph, _ other: Graph) {
    let (a, b) = (reference.layerNodes, other.layerNodes)
    let width = b.count + 1
    // Behind both: the best that the rest gives.
    var best = [Int](repeating: 0, count: (a.count + 1) * width)
    var scores = [Int](repeating: 0, count: (a.count + 1) * width)
    let (left, right) = (a.map { Trait($0, reference) }, b.map { Trait($0, other) })
    for i in a.indices.reversed() {
      for j in b.indices.reversed() {
        let score = left[i].score(right[j])
        scores[i * width + j] = score
        let skipped = max(best[(i + 1) * width + j], best[i * width + j + 1])
        let paired = score > 0 ? score + best[(i + 1) * width + j + 1] : 0
        best[i * width + j] = max(skipped, paired)
      }
    }
    var pairs: [Pair] = []
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      let score = scores[i * width + j]
      if best[i * width + j] == best[(i + 1) * width + j] {
        i += 1
      } else if best[i * width + j] == best[i * width + j + 1] {
        j += 1
      } else {
        precondition(score > 0, "an alignment is made of pairs")
        pairs.append(Pair(reference: a[i], other: b[j]))
        i += 1
        j += 1
      }
    }
    self.pairs = pairs
  }

  /// What a layer is recognised by.
  private struct Trait {
    let name: String
    let parts: Set<String>
    let extents: [Int]
    let operation: String

    init(_ node: Node, _ graph: Graph) {
      name = graph.values[node.output].name
      parts = Set(
        name.split(whereSeparator: { "/;:".contains($0) }).map { String($0) })
      extents = graph.shape(of: node.output).extents.filter { $0 != 1 }
      operation = node.operation.name
    }

    /// 0 for what cannot be the same layer.
    func score(_ other: Trait) -> Int {
      guard extents == other.extents else { return 0 }
      var score = operation == other.operation ? 2 : 0
      if name == other.name {
        score += 4
      } else if parts.contains(other.name) || other.parts.contains(name) {
        score += 3
      } else if !parts.isDisjoint(with: other.parts) {
        score += 1
      }
      return score
    }
  }
}

extension Graph {
  /// What computes something; reshapes show the same elements once more.
  fileprivate var layerNodes: [Node] {
    observableNodes.filter { if case .reshape = $0.operation { false } else { true } }
  }
}
