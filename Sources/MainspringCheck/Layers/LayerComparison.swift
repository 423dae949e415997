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
  private let referenceOffset: Int
  private let otherOffset: Int
  /// Decibels of signal over noise a layer needs not to diverge.
  public let tolerance: Double

  /// What a stage leaves of the signal at least, in decibels.
  ///
  /// Floats differ by the order of sums, 10⁻⁶ of the values or 120 dB, and keep 60 through the
  /// deepest models; halves have 11 bits, 66 dB, of which 30 may add up and be lost in the layers;
  /// 8 bits start at some 40 dB and lose 6 for each fourfold error. Below 6 dB an error is half as
  /// large as the signal: no rounding does that, so integers diverge there.
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
    try other.requireSamePorts(as: reference)
    let pairs = LayerMatching(reference.graph, other.graph).pairs
    self.reference = try Runner(reference, watching: pairs.map(\.reference.output))
    self.other = try Runner(other, watching: pairs.map(\.other.output))
    referenceOffset = reference.graph.outputs.count
    otherOffset = other.graph.outputs.count
    layers = pairs.map { pair in
      LayerDifference(
        name: reference.graph.values[pair.reference.output].name,
        otherName: other.graph.values[pair.other.output].name,
        operation: pair.reference.operation.name)
    }
    self.tolerance =
      tolerance
      ?? min(
        LayerComparison.tolerance(for: reference.stage),
        LayerComparison.tolerance(for: other.stage))
  }

  /// Takes a window in.
  ///
  /// - Parameter window: the elements of each input.
  /// - Complexity: a run of both models.
  public mutating func add(_ window: [[Float]]) throws(CheckError) {
    try reference.run(window)
    try other.run(window)
    for index in layers.indices {
      layers[index].add(
        reference.results[referenceOffset + index], other.results[otherOffset + index])
    }
  }

  /// The layers both models have, in the order they run.
  public func finished() -> [LayerDifference] {
    layers.map { layer in
      var layer = layer
      layer.judge(tolerance)
      return layer
    }
  }
}
