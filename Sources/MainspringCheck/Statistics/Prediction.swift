// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What an output says about classes.
struct Prediction {
  let best: Int
  let probabilities: [Double]

  /// How the elements of an output become probabilities.
  enum Form: Hashable, Sendable {
    /// They are, up to rounding.
    case probabilities
    /// One element, the probability of the second of two classes.
    case binary
    /// A softmax is still to be taken of them.
    case scores
  }

  /// - Precondition: all values are finite, and there is one.
  init(_ values: [Float], _ form: Form) {
    switch form {
    case .binary:
      let p = min(max(Double(values[0]), 0), 1)
      best = values[0] > 0.5 ? 1 : 0
      probabilities = [1 - p, p]
    case .probabilities:
      best = Self.largest(values)
      // Integers round each class by itself: the sum is near 1 only.
      let sum = values.reduce(0.0) { $0 + Double(max($1, 0)) }
      probabilities = values.map { sum > 0 ? Double(max($0, 0)) / sum : 1 / Double(values.count) }
    case .scores:
      best = Self.largest(values)
      let top = Double(values[best])
      let powers = values.map { exp(Double($0) - top) }
      let sum = powers.reduce(0, +)
      probabilities = powers.map { $0 / sum }
    }
  }

  /// The first of several largest.
  static func largest(_ values: [Float]) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}
