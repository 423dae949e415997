// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A model that is asked, and what it answered so far.
final class Witness {
  private let runner: Runner
  private let form: Prediction.Form
  private let classCount: Int?
  /// Both ends of the range of an integer output.
  private let ends: (low: Float, high: Float)?
  private var current: Responses?
  private(set) var responses: [Responses] = []
  private var scoreError = 0.0
  private var sensitivitySum = 0.0
  private var sensitivityCount = 0
  /// Of the last input asked in earnest.
  private(set) var output: [Float] = []
  private(set) var score: [Float] = []
  private(set) var prediction: Prediction?

  init(_ subject: Subject) throws(CheckError) {
    guard let score = subject.graph.score() else {
      throw .ports(model: subject.name, what: "outputs", expected: "at least one", found: "none")
    }
    runner = try Runner(subject, watching: [score.value])
    form = score.form
    classCount = subject.classCount
    ends = subject.graph.outputs.first.flatMap { Self.ends(subject.graph.values[$0].type) }
  }

  func begin(_ family: ProbeFamily) {
    current = Responses(
      family, classCount: classCount, outputCount: runner.results[0].count,
      scoreCount: runner.results[runner.results.count - 1].count)
    (scoreError, sensitivitySum, sensitivityCount) = (0, 0, 0)
  }

  /// Answers an input; its answer can be looked at until the next one.
  func ask(_ probe: [[Float]]) throws(CheckError) {
    try runner.run(probe)
    output = runner.results[0]
    score = runner.results[runner.results.count - 1]
    current?.inputCount += 1
    guard output.allSatisfy({ $0.isFinite }), score.allSatisfy({ $0.isFinite }) else {
      prediction = nil
      return
    }
    prediction = classCount == nil ? nil : Prediction(output, form)
    current?.add(output, score, prediction)
    if let ends {
      // A probability of 0 is an answer.
      let count = output.count { $0 >= ends.high || (form == .scores && $0 <= ends.low) }
      let before = current?.saturated ?? Proportion(0, of: 0)
      current?.saturated = Proportion(before.hits + count, of: before.count + output.count)
    }
  }

  /// Answers an input that the reference has answered.
  func ask(_ probe: [[Float]], beside reference: Witness) throws(CheckError) {
    try ask(probe)
    var agreement = current?.agreement ?? ResponseAgreement()
    if let best = reference.prediction?.best {
      let hits = agreement.sameClass.hits + (prediction?.best == best ? 1 : 0)
      agreement.sameClass = Proportion(hits, of: agreement.sameClass.count + 1)
    }
    let isFinite = [output, reference.output, score, reference.score].allSatisfy {
      $0.allSatisfy { $0.isFinite }
    }
    agreement.finiteCount += isFinite ? 1 : 0
    agreement.nonFiniteCount += isFinite ? 0 : 1
    defer { current?.agreement = agreement }
    if !isFinite { return }
    for (a, b) in zip(output, reference.output) {
      agreement.largestDifference = max(agreement.largestDifference, abs(a - b))
    }
    // A shift of all scores changes nothing that is told by them.
    let shift = zip(score, reference.score).reduce(0.0) { $0 + Double($1.0) - Double($1.1) }
    let mean = score.count > 1 ? shift / Double(score.count) : 0
    for (a, b) in zip(score, reference.score) {
      let error = Double(a) - Double(b) - mean
      scoreError += error * error
    }
  }

  func ask(changed probe: [[Float]], by length: Double) throws(CheckError) {
    try runner.run(probe)
    let changed = runner.results[runner.results.count - 1]
    var squares = 0.0
    for (a, b) in zip(changed, score) where a.isFinite && b.isFinite {
      squares += (Double(a) - Double(b)) * (Double(a) - Double(b))
    }
    guard length > 0 else { return }
    sensitivitySum += squares / (length * length)
    sensitivityCount += 1
  }

  func ask(again probe: [[Float]]) throws(CheckError) {
    try runner.run(probe)
    let isSame = zip(runner.results[0], output).allSatisfy { $0.bitPattern == $1.bitPattern }
    let before = current?.repeated ?? Proportion(0, of: 0)
    current?.repeated = Proportion(before.hits + (isSame ? 0 : 1), of: before.count + 1)
  }

  func end(_ reference: Witness) {
    guard var response = current else { return }
    if sensitivityCount > 0 {
      response.sensitivity = (sensitivitySum / Double(sensitivityCount)).squareRoot()
    }
    if var agreement = response.agreement {
      let other = reference === self ? response : reference.finished(response.family)
      if let mine = response.histogram, let others = other?.histogram {
        agreement.histogramDistance = mine.distance(to: others)
      }
      if let other {
        let signal = other.scores.variances.reduce(0, +) * Double(other.finiteCount)
        let isUnknown = agreement.nonFiniteCount > 0 && scoreError == 0
        agreement.responseToError = isUnknown ? nil : decibels(signal, scoreError)
      }
      response.agreement = agreement
    }
    responses.append(response)
    current = response
  }

  /// The answers to a family, be they complete or just about to be.
  private func finished(_ family: ProbeFamily) -> Responses? {
    current?.family == family ? current : nil
  }

  private static func ends(_ type: ValueType) -> (low: Float, high: Float)? {
    guard let scale = type.quantization?.scale, let zero = type.quantization?.zeroPoint else {
      return nil
    }
    switch type.elementType {
    case .int8: return (Float(-128 - zero) * scale, Float(127 - zero) * scale)
    case .int16: return (Float(-32768 - zero) * scale, Float(32767 - zero) * scale)
    case .float32, .float16, .uint8, .int32, .int64, .bool: return nil
    }
  }
}
