// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Two models side by side on the same windows, layer by layer.
///
/// ```swift
/// var comparison = try LayerComparison(keras, file)
/// for window in windows { try comparison.add(window) }
/// print(comparison.finished().first { $0.diverges }?.name)
/// ```
public struct LayerComparison {
  private let reference: Runner
  private let other: Runner
  private var layers: [LayerDifference]
  /// By layer that is compared: its place, and what its channels are to the reference's.
  private let compared: [(layer: Int, relation: ChannelRelation)]
  private let referenceOffset: Int
  private let otherOffset: Int
  /// Decibels of signal over noise a layer needs not to diverge.
  public let tolerance: Double

  /// What a stage leaves of the signal at least, in decibels.
  ///
  /// Floats differ by the order of sums, 10⁻⁶ of the values or 120 dB, and keep 60 through the
  /// deepest models; halves have 11 bits, 66 dB, of which 30 may add up and be lost in the layers;
  /// 8 bits start at some 40 dB and lose 6 for each fourfold error. Below 6 dB an error is half as
  /// large as the signal: no rounding does that, so integers diverge there. From an LSTM on whose
  /// cells only one of the models cuts, floats are judged as halves are.
  public static func tolerance(for stage: Stage) -> Double {
    switch stage {
    case .input, .keras, .float32: 60
    case .float16: 36
    case .dynamicInt8, .int16x8: 12
    case .int8: 6
    }
  }

  /// - Parameter tolerance: in decibels; by the coarser of the stages unless given.
  /// - Throws: ``CheckError`` when the models take other inputs or cannot be run.
  public init(_ reference: Subject, _ other: Subject, tolerance: Double? = nil) throws(CheckError) {
    let other = try other.aligned(to: reference)
    let least =
      tolerance
      ?? min(
        LayerComparison.tolerance(for: reference.stage),
        LayerComparison.tolerance(for: other.stage))
    self.tolerance = least
    // What follows a layer that differs by a setting differs, too.
    let behindCut = tolerance ?? min(least, LayerComparison.tolerance(for: .float16))
    var isBehindCut = false
    let meaning = other.misunderstanding(with: reference)
    let relations = LayerRelations(reference.graph, other.graph)
    var layers: [LayerDifference] = []
    var compared: [(layer: Int, relation: ChannelRelation)] = []
    var watched: (reference: [ValueID], other: [ValueID]) = ([], [])
    for node in reference.graph.nodes {
      guard let comparison = relations.comparisons[node.output] else { continue }
      let name = reference.graph.values[node.output].name
      switch comparison {
      case .with(let counterpart, let relation):
        compared.append((layers.count, relation))
        watched.reference.append(node.output)
        watched.other.append(counterpart)
        let note = LayerComparison.note(
          node, other.graph.nodes.first { $0.output == counterpart })
        if note != nil { isBehindCut = true }
        var layer = LayerDifference(
          name: name, otherName: other.graph.values[counterpart].name,
          operation: node.operation.name, isRescaled: !relation.isIdentity, note: note)
        layer.tolerance = isBehindCut ? behindCut : least
        if let meaning, node.output == reference.graph.outputs[meaning.output] {
          layer.fault = meaning.text
        }
        layers.append(layer)
      case .none(let reason):
        layers.append(
          LayerDifference(name: name, operation: node.operation.name, exclusion: reason))
      }
    }
    self.layers = layers
    self.compared = compared
    self.reference = try Runner(reference, watching: watched.reference)
    self.other = try Runner(other, watching: watched.other)
    referenceOffset = reference.graph.outputs.count
    otherOffset = other.graph.outputs.count
  }

  /// TensorFlow's converter cuts the cells of an LSTM at 10, which Keras does not.
  private static func note(_ node: Node, _ other: Node?) -> String? {
    guard case .lstm(let mine) = node.operation, case .lstm(let others)? = other?.operation,
      mine.cellClip != others.cellClip
    else { return nil }
    let clip = others.cellClip > 0 ? others.cellClip : mine.cellClip
    return "cells cut at \(clip) in \(others.cellClip > 0 ? "the other" : "the reference") only"
  }

  /// Takes a window in.
  ///
  /// - Parameter window: the elements of each input.
  /// - Complexity: a run of both models.
  public mutating func add(_ window: [[Float]]) throws(CheckError) {
    try reference.run(window)
    try other.run(window)
    for (index, (layer, relation)) in compared.enumerated() {
      layers[layer].add(
        reference.results[referenceOffset + index],
        relation(other.results[otherOffset + index]))
    }
  }

  /// The reference's layers in the order they run, also those the other model has no counterpart of.
  public func finished() -> [LayerDifference] {
    layers.map { layer in
      var layer = layer
      layer.judge()
      return layer
    }
  }
}
