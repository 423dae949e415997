// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What separates the verdicts, each with the reason for its size.
public enum Thresholds {
  /// Range of every output over all inputs, against the largest magnitude, at which outputs of
  /// floats do not depend on the input: eight units in the last place, which sums of another order
  /// may differ by. Integers have to be the same.
  public static let staticRange: Float = 0x1p-20

  /// Normalised entropy of the class histogram below which one class dominates.
  ///
  /// Entropy counts classes that are in use: e^H of them if equally frequent. Collapsed models of
  /// 197 classes were reported at 0.05 to 0.16 and healthy ones at 0.62 to 0.70 (1.3 to 2.3, and 26
  /// to 40, classes in use); 0.25 lies below the geometric mean of the gap, 0.32, on the side of
  /// the model. As it is a share of log K it adapts: with the rest spread evenly, one class has to
  /// have more than 96 % of all answers among 2 classes, 92 % among 5, 87 % among 20 and 83 % among
  /// 197.
  public static let collapsedEntropy: Double = 0.25

  /// Bits about the class below which an input says nothing, where no windows are given and one class
  /// dominates: a twentieth of what K classes could be told by.
  public static func information(classCount: Int) -> Double {
    log2(Double(max(classCount, 1))) / 20
  }

  /// Share of inputs with the class of the reference below which a format is degraded: half-way
  /// between a model that knows nothing of it, which agrees on 1 of K, and the reference itself.
  public static func agreement(classCount: Int) -> Double {
    (1 + 1 / Double(max(classCount, 1))) / 2
  }

  /// Share of inputs with the class of the reference below which a format whose response is lost in
  /// its errors is degraded: half-way between the chance of agreeing, with the class shares that both
  /// have, and the reference; that is where Cohen's κ is a half. Where most inputs are of one class,
  /// 1 of K underrates what two models agree on that know nothing of each other.
  public static func agreement(chance: Double) -> Double { (1 + chance) / 2 }

  /// Decibels of the reference's response over the error below which a format is degraded: at 3 the
  /// error has half the power of the response itself; rounding to 8 bits leaves 10 and more.
  public static let responseToError: Double = 3

  /// Inputs without a clipped element that are needed to judge integers without windows, of noise and
  /// of signals: of fewer a single one may hold most of the power.
  public static let heldCount: Int = 20

  /// Factor between the size of scaled windows and 1, either way, at which the scaler is not theirs.
  /// Windows of one activity alone stay within half and twice; a variance in place of a standard
  /// deviation, or another unit (g, m/s²: 9.8), does not.
  public static let inputScale: Double = 4

  /// Share of elements of windows beyond what an integer input can hold that is worth a warning:
  /// calibration on the 99th percentile leaves as many out.
  public static let clippedShare: Double = 0.02

  /// Share of noise beyond what an integer input can hold that is worth a warning where no windows
  /// are given: what windows are like is not known well enough to complain about less than half.
  public static let clippedNoise: Double = 0.5

  /// Codes of an integer input that noise of six deviations falls on, below which little of it is
  /// left: 16 of the 256 are 4 bits.
  public static let fewCodes: Int = 16
}
