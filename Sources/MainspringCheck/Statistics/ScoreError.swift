// SPDX-License-Identifier: Apache-2.0

/// How far the scores of a model are from those of its reference, against how much those vary.
struct ScoreError {
  private var reference: Moments
  private var squares = 0.0

  init(count: Int) { reference = Moments(count: count) }

  /// Takes finite scores in.
  ///
  /// - Parameter ignoresShift: a shift of all scores of classes changes nothing told by them.
  mutating func add(_ scores: [Float], _ expected: [Float], ignoresShift: Bool) {
    reference.add(expected)
    var mean = 0.0
    if ignoresShift, scores.count > 1 {
      mean = zip(scores, expected).reduce(0.0) { $0 + Double($1.0) - Double($1.1) }
      mean /= Double(scores.count)
    }
    for (a, b) in zip(scores, expected) {
      let error = Double(a) - Double(b) - mean
      squares += error * error
    }
  }

  /// Infinite without error, nil without response.
  var decibels: Double? {
    if reference.count == 0 { return nil }
    let signal = reference.variances.reduce(0, +) * Double(reference.count)
    return MainspringCheck.decibels(signal, squares)
  }
}
