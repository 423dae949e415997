// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// A model in one precision: the bytes of its file, and how well they do.
public struct Conversion: Hashable, Sendable {
  public let precision: ModelPrecision
  /// The .tflite file.
  public let bytes: [UInt8]
  /// What was written.
  public let graph: Graph
  /// Of what the file computes when it is read again, with the float model; nil without windows.
  public internal(set) var agreement: Agreement?
  /// How ranges and weights were chosen; nil where there was nothing to choose.
  public internal(set) var recipe: QuantizationRecipe?
  /// By operator of the float graph; empty in float precisions.
  public internal(set) var layers: [QuantizationReport.Layer] = []
  /// What is computed more finely than asked for, so that the budget holds.
  public internal(set) var changes: [PrecisionChange] = []
  /// Size of the file without those changes.
  public internal(set) var unchangedByteCount: Int?

  init(_ precision: ModelPrecision, _ bytes: [UInt8], _ graph: Graph) {
    self.precision = precision
    self.bytes = bytes
    self.graph = graph
  }
}

/// An operator that is computed more finely than asked for.
public struct PrecisionChange: Hashable, Sendable {
  /// Of the value the operator computes.
  public let name: String
  public let operation: String
  public let from: NodePrecision
  public let to: NodePrecision
  /// What its weights and biases take more.
  public let extraByteCount: Int
}

/// What a conversion is doing.
public enum ConversionProgress: Hashable, Sendable {
  case calibrating(window: Int, count: Int)
  /// The number of quantized models measured so far.
  case measuring(Int)
}
