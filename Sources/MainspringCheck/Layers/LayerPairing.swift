// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Pairs the items of two models by evidence, the strongest first.
///
/// 1. weights that are each other's, but for the scale of channels, and no other layer's;
/// 2. the same neighbours: what a layer reads, and what reads it;
/// 3. the same name, and then a name within a longer one;
/// 4. order: of all alignments of what is left (Needleman and Wunsch 1970) the one with most pairs
///    and names.
///
/// Each pair tells about its neighbours, so that the search starts again behind it. Pairs never
/// contradict paths: of two layers one follows the other in both models or in neither.
struct LayerPairing {
  /// Two items that could be the same.
  private struct Candidate {
    let left: Int
    let right: Int
    /// Mean cosine of the rows; nil where weights tell nothing.
    let weights: Double?
    let names: Int
  }

  private enum Evidence: CaseIterable {
    case weights, sources, readers, neighbors, name, qualifiedName
  }

  private let reference: LayerPaths
  private let other: LayerPaths
  /// By item of the reference.
  private(set) var partners: [Int?]
  private var isTaken: [Bool]
  /// By place of the reference, inputs and outputs among them: the place it is.
  private var places: [Int: Int] = [:]
  /// By item: the reference's items that are above, or below, in terms of the other's.
  private var above: [IndexSet]
  private var below: [IndexSet]
  private var paired: IndexSet
  private var candidates: [Candidate] = []

  init(_ reference: LayerPaths, _ other: LayerPaths) {
    self.reference = reference
    self.other = other
    partners = [Int?](repeating: nil, count: reference.items.count)
    isTaken = [Bool](repeating: false, count: other.items.count)
    let none = IndexSet(count: other.items.count)
    above = Array(repeating: none, count: reference.items.count)
    below = above
    paired = none
    let (graph, otherGraph) = (reference.sequence.graph, other.sequence.graph)
    for index in 0..<min(graph.inputs.count, otherGraph.inputs.count) {
      places[reference.input(index)] = other.input(index)
    }
    for index in 0..<min(graph.outputs.count, otherGraph.outputs.count) {
      places[reference.output(index)] = other.output(index)
    }
  }

  /// Pairs items of one sort with each other.
  mutating func pair(_ isIncluded: (LayerSequence.Item) -> Bool) {
    propose(isIncluded)
    while !candidates.isEmpty {
      if Evidence.allCases.contains(where: { accept($0) }) { continue }
      // An eighth of what order says at a time: each of them may tell more than order does.
      let pairs = aligned()
      if pairs.isEmpty { return }
      for (left, right) in pairs.prefix(max(pairs.count / 8, 1)) { join(left, right) }
      prune()
    }
  }

  private mutating func propose(_ isIncluded: (LayerSequence.Item) -> Bool) {
    var groups: [LayerKinship.Kind: [(Int, LayerKinship)]] = [:]
    for (index, item) in other.items.enumerated() where isIncluded(item) {
      let kinship = LayerKinship(item, other.sequence)
      groups[kinship.kind, default: []].append((index, kinship))
    }
    candidates = []
    for (left, item) in reference.items.enumerated() where isIncluded(item) {
      let kinship = LayerKinship(item, reference.sequence)
      for (right, others) in groups[kinship.kind] ?? [] {
        candidates.append(
          Candidate(
            left: left, right: right, weights: kinship.weights(others),
            names: kinship.names(others)))
      }
    }
    prune()
  }

  // MARK: Evidence

  /// Takes the pairs that one sort of evidence leaves no doubt about.
  ///
  /// - Returns: whether there are any.
  private mutating func accept(_ evidence: Evidence) -> Bool {
    var scores: [(score: Double, candidate: Candidate)] = []
    for candidate in candidates {
      if let score = score(candidate, evidence) { scores.append((score, candidate)) }
    }
    // The best and the second best of each item.
    var left: [Int: (Double, Double)] = [:]
    var right: [Int: (Double, Double)] = [:]
    let insert = { (score: Double, best: inout (Double, Double)?) in
      guard let known = best else {
        best = (score, -.infinity)
        return
      }
      best = score > known.0 ? (score, known.0) : (known.0, max(known.1, score))
    }
    for (score, candidate) in scores {
      insert(score, &left[candidate.left])
      insert(score, &right[candidate.right])
    }
    var isNew = false
    for (score, candidate) in scores.sorted(by: { $0.score > $1.score }) {
      guard let mine = left[candidate.left], let others = right[candidate.right],
        score == mine.0, score == others.0, score - max(mine.1, others.1) >= 0.4,
        fits(candidate.left, candidate.right)
      else { continue }
      join(candidate.left, candidate.right)
      isNew = true
    }
    if isNew { prune() }
    return isNew
  }

  /// - Returns: nil without such evidence.
  private func score(_ candidate: Candidate, _ evidence: Evidence) -> Double? {
    let names = Double(candidate.names) / 2
    let weights = candidate.weights ?? 0
    switch evidence {
    case .weights: return weights >= 0.7 ? 10 * weights + names : nil
    case .name: return candidate.names == 6 ? 6 + 3 * weights : nil
    case .qualifiedName: return candidate.names == 5 ? 5 + 3 * weights : nil
    case .sources, .readers, .neighbors:
      let sources = share(reference.sources[candidate.left], other.sources[candidate.right])
      let readers = share(reference.readers[candidate.left], other.readers[candidate.right])
      let isEnough =
        switch evidence {
        case .sources: sources == 1
        case .readers: readers == 1
        default: sources + readers > 0
        }
      return isEnough ? 4 * sources + 4 * readers + names + 3 * weights : nil
    }
  }

  /// How many of the places two items have in common.
  private func share(_ mine: Set<Int>, _ others: Set<Int>) -> Double {
    let count = mine.count { places[$0].map { others.contains($0) } ?? false }
    return Double(count) / Double(max(mine.count, others.count, 1))
  }

  // MARK: Order

  /// What is left, in the order both models list it.
  private func aligned() -> [(left: Int, right: Int)] {
    let lefts = Set(candidates.map(\.left)).sorted()
    let rights = Set(candidates.map(\.right)).sorted()
    let row = Dictionary(uniqueKeysWithValues: lefts.enumerated().map { ($1, $0) })
    let column = Dictionary(uniqueKeysWithValues: rights.enumerated().map { ($1, $0) })
    let width = rights.count + 1
    var scores = [Int](repeating: 0, count: lefts.count * rights.count)
    for candidate in candidates {
      guard let i = row[candidate.left], let j = column[candidate.right] else { continue }
      scores[i * rights.count + j] = 2 + candidate.names
    }
    // Behind both: the best that the rest gives.
    var best = [Int](repeating: 0, count: (lefts.count + 1) * width)
    for i in lefts.indices.reversed() {
      for j in rights.indices.reversed() {
        let score = scores[i * rights.count + j]
        let skipped = max(best[(i + 1) * width + j], best[i * width + j + 1])
        let paired = score > 0 ? score + best[(i + 1) * width + j + 1] : 0
        best[i * width + j] = max(skipped, paired)
      }
    }
    var pairs: [(left: Int, right: Int)] = []
    var (i, j) = (0, 0)
    while i < lefts.count, j < rights.count {
      if best[i * width + j] == best[(i + 1) * width + j] {
        i += 1
      } else if best[i * width + j] == best[i * width + j + 1] {
        j += 1
      } else {
        pairs.append((lefts[i], rights[j]))
        i += 1
        j += 1
      }
    }
    return pairs
  }

  // MARK: Pairs

  private mutating func join(_ left: Int, _ right: Int) {
    guard fits(left, right) else { return }
    partners[left] = right
    isTaken[right] = true
    places[left] = right
    paired.insert(right)
    for item in reference.below[left].indices { above[item].insert(right) }
    for item in reference.above[left].indices { below[item].insert(right) }
  }

  /// Whether both are free, and on the same side of all that is paired.
  private func fits(_ left: Int, _ right: Int) -> Bool {
    partners[left] == nil && !isTaken[right]
      && above[left].agrees(with: other.above[right], on: paired)
      && below[left].agrees(with: other.below[right], on: paired)
  }

  /// Drops what can be no pair any more: pairs stay, and so nothing becomes possible again.
  private mutating func prune() {
    candidates = candidates.filter { fits($0.left, $0.right) }
  }
}
