// SPDX-License-Identifier: Apache-2.0

/// How a graph is written.
public struct EncodingOptions: Hashable, Sendable {
  /// How weights are stored; activations are floats in either case.
  public enum Precision: Hashable, Sendable {
    case float32
    /// Matrices and kernels as halves, each widened by a DEQUANTIZE when the model is loaded;
    /// vectors (biases, scales) and single numbers stay floats.
    case float16
  }

  /// How recurrent layers are written.
  public enum Recurrent: Hashable, Sendable {
    /// LSTM as the operator made for it, where its activations allow; the rest as ``while``.
    case fused
    /// Every recurrent layer as WHILE, for runtimes that refuse state variables.
    case `while`
    /// One copy of the step for each time step: no control flow, larger files.
    case unrolled
  }

  public var precision: Precision
  public var recurrent: Recurrent
  /// The file's `description`: who wrote it.
  public var writer: String

  public init(
    precision: Precision = .float32, recurrent: Recurrent = .fused,
    writer: String = "Mainspring \(converterVersion)"
  ) {
    self.precision = precision
    self.recurrent = recurrent
    self.writer = writer
  }
}

/// The version written into files.
public let converterVersion: String = "0.1.0"
