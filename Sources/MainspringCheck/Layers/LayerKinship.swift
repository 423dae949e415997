// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What a layer is recognised by, wherever it stands.
struct LayerKinship {
  /// Only layers with the same are the same.
  struct Kind: Hashable {
    let name: String
    /// Without ones.
    let extents: [Int]
  }

  let kind: Kind
  private let name: String
  private let parts: Set<String>
  private let weights: WeightRows?

  init(_ item: LayerSequence.Item, _ sequence: LayerSequence) {
    let node = sequence.graph.nodes[item.node]
    kind = Kind(
      name: item.kind, extents: sequence.graph.shape(of: node.output).extents.filter { $0 != 1 })
    name = sequence.name(of: item)
    parts = Set(name.split(whereSeparator: { "/;:".contains($0) }).map { String($0) })
    // A fused activation is an item of its own, and has none.
    let isLayer = item.slot >= sequence.graph.values.count || node.operation.fusedParts == nil
    weights = isLayer && !item.isBetween ? WeightRows(node.operation) : nil
  }

  /// How much the names have in common: 6 for the same, 5 for one within a longer one.
  func names(_ other: LayerKinship) -> Int {
    if name == other.name { return 6 }
    if parts.contains(other.name) || other.parts.contains(name) { return 5 }
    return parts.isDisjoint(with: other.parts) ? 0 : 1
  }

  /// The mean cosine between the rows of weights, whatever the scale of each; -1 for weights of
  /// another layout, nil where there are none or too few to tell.
  func weights(_ other: LayerKinship) -> Double? {
    guard let weights, let others = other.weights else { return nil }
    guard weights.hasLayout(of: others) else { return -1 }
    return weights.likeness(others)
  }
}

extension WeightRows {
  /// Rows and columns that are looked at: enough to tell layers apart.
  private static let sampled = (rows: 16, columns: 512)
  /// Weights beyond the scales of rows that it takes to tell anything.
  private static let least = 8

  fileprivate func likeness(_ other: WeightRows) -> Double? {
    let rows = Swift.min(rowCount, Self.sampled.rows)
    let columns = Swift.min(width, Self.sampled.columns)
    guard rows * (columns - 1) >= Self.least else { return nil }
    var (sum, count) = (0.0, 0)
    for index in 0..<rows {
      let first = index * rowCount / rows * width
      var (product, square, otherSquare) = (0.0, 0.0, 0.0)
      for column in 0..<columns {
        let (a, b) = (cells[first + column], other.cells[first + column])
        product += a * b
        square += a * a
        otherSquare += b * b
      }
      // Rows that pruning left nothing of tell nothing.
      if square == 0 && otherSquare == 0 { continue }
      let length = (square * otherSquare).squareRoot()
      if length > 0, product.isFinite { sum += product / length }
      count += 1
    }
    return count == 0 ? nil : sum / Double(count)
  }
}
