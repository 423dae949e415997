// SPDX-License-Identifier: Apache-2.0

/// How the range of an 8-bit value is chosen from what was seen.
public enum CalibrationMethod: Hashable, Sendable {
  /// Everything seen: what TensorFlow's converter does.
  case minMax
  /// All but the given share at either end, in percent: 99.99 cuts one in ten thousand off.
  case percentile(Double)
  /// The least expected squared error of rounding and clipping together.
  case meanSquaredError
  /// The least Kullback–Leibler divergence between what was seen and what is represented.
  case entropy

  /// What ``Autotuner`` chooses among.
  public static let candidates: [CalibrationMethod] = [
    .percentile(99.99), .percentile(99.999), .minMax, .meanSquaredError, .entropy,
  ]
}

extension CalibrationMethod {
  var isPercentile: Bool { if case .percentile = self { true } else { false } }
}

extension CalibrationMethod: CustomStringConvertible {
  public var description: String {
    switch self {
    case .minMax: "min-max"
    case .percentile(let percent): "percentile \(percent)"
    case .meanSquaredError: "mean-squared-error"
    case .entropy: "entropy"
    }
  }
}
