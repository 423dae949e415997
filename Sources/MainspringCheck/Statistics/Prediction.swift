// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

/// What an output says about classes.
struct Prediction {
  let best: Int
  /// Of the class predicted, as the output has it: rounding of integers is not undone.
  let confidence: Double
  /// By class, of sum 1: what entropies are taken of.
  let probabilities: [Double]

  /// - Precondition: all values are finite, and there is one.
  init(_ values: [Float], _ form: ClassOutput.Form) {
    switch form {
    case .binary:
      let p = min(max(Double(values[0]), 0), 1)
      best = values[0] > 0.5 ? 1 : 0
      probabilities = [1 - p, p]
      confidence = probabilities[best]
    case .shares, .independent:
      best = ClassOutput.largest(values)
      confidence = Double(values[best])
      // Integers round each class by itself: the sum is near 1 only.
      let sum = values.reduce(0.0) { $0 + Double(max($1, 0)) }
      probabilities = values.map { sum > 0 ? Double(max($0, 0)) / sum : 1 / Double(values.count) }
    case .scores:
      best = ClassOutput.largest(values)
      let top = Double(values[best])
      let powers = values.map { exp(Double($0) - top) }
      let sum = powers.reduce(0, +)
      probabilities = powers.map { $0 / sum }
      confidence = probabilities[best]
    }
  }
}
