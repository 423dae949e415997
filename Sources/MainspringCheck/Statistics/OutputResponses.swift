// SPDX-License-Identifier: Apache-2.0

/// What one output of a model was over the inputs of a family.
struct OutputResponses {
  /// Of finite answers.
  var outputs: Moments
  /// The same in front of a softmax or a sigmoid.
  var scores: Moments
  var nonFiniteCount = 0

  init(outputCount: Int, scoreCount: Int) {
    outputs = Moments(count: outputCount)
    scores = Moments(count: scoreCount)
  }

  /// - Returns: whether all is finite.
  mutating func add(_ output: [Float], _ score: [Float]) -> Bool {
    guard output.allSatisfy({ $0.isFinite }), score.allSatisfy({ $0.isFinite }) else {
      nonFiniteCount += 1
      return false
    }
    outputs.add(output)
    scores.add(score)
    return true
  }

  mutating func merge(_ other: OutputResponses) {
    outputs.merge(other.outputs)
    scores.merge(other.scores)
    nonFiniteCount += other.nonFiniteCount
  }
}
