// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// A model that is asked, and what it answered so far.
final class Witness {
  private let runner: Runner
  private let classes: ClassOutput?
  private let outputCount: Int
  private let isInteger: Bool
  /// Both ends of the range of the first output, where it is of integers and reaching them is no
  /// answer in itself: probabilities end at 0 and 1.
  private let ends: IntegerRange?
  private var current: Responses?
  private(set) var responses: [Responses] = []
  /// By input what the model's integers can hold of it; nil for floats.
  private let inputBounds: [IntegerRange?]
  /// By output.
  private var errors: [ScoreError] = []
  /// Those of inputs that the integers can hold.
  private var heldErrors: [ScoreError] = []
  private var sensitivitySum = 0.0
  private var sensitivityCount = 0
  /// Of the last input asked in earnest, by output.
  private(set) var outputs: [[Float]] = []
  private(set) var scores: [[Float]] = []
  private(set) var prediction: Prediction?

  /// - Parameter classes: what the first output says about them; nil for no classifier.
  init(_ subject: Subject, _ classes: ClassOutput?) throws(CheckError) {
    let graph = subject.graph
    guard let first = graph.outputs.first else {
      throw .ports(model: subject.name, what: "outputs", expected: "at least one", found: "none")
    }
    runner = try Runner(subject, watching: graph.outputs.map { graph.score(of: $0) })
    outputCount = graph.outputs.count
    isInteger = subject.stage.isInteger
    self.classes = classes
    inputBounds = graph.inputs.map { graph.integers(of: $0) }
    let isProbability = classes.map { $0.form != .scores } ?? false
    ends = isProbability ? nil : IntegerRange(graph.values[first].type)
  }

  func begin(_ family: ProbeFamily) {
    let sizes = runner.results.map(\.count)
    current = Responses(
      family, classCount: classes?.count,
      ports: (0..<outputCount).map {
        OutputResponses(outputCount: sizes[$0], scoreCount: sizes[outputCount + $0])
      })
    errors = (0..<outputCount).map { ScoreError(count: sizes[outputCount + $0]) }
    heldErrors = errors
    (sensitivitySum, sensitivityCount) = (0, 0)
  }

  /// Answers an input; its answer can be looked at until the next one.
  func ask(_ probe: [[Float]]) throws(CheckError) {
    try runner.run(probe)
    outputs = Array(runner.results[..<outputCount])
    scores = Array(runner.results[outputCount...])
    _ = current?.add(outputs, scores)
    prediction = nil
    guard (outputs[0] + scores[0]).allSatisfy({ $0.isFinite }) else { return }
    if let classes {
      let answer = Prediction(outputs[0], classes.form)
      prediction = answer
      current?.add(answer)
    }
    if let ends {
      let count = outputs[0].count { $0 >= ends.high || $0 <= ends.low }
      let before = current?.saturated ?? Proportion(0, of: 0)
      current?.saturated = Proportion(
        before.hits + count, of: before.count + outputs[0].count)
    }
  }

  /// Answers an input that the reference has answered.
  ///
  /// - Parameter isFar: the input is far from anything a file says about its inputs; what integers
  ///   answer to it is no evidence.
  func ask(_ probe: [[Float]], beside reference: Witness, isFar: Bool) throws(CheckError) {
    try ask(probe)
    var agreement = current?.agreement ?? ResponseAgreement()
    let counts = !(isFar && isInteger)
    if let best = reference.prediction?.best, classes != nil, counts {
      let hits = agreement.sameClass.hits + (prediction?.best == best ? 1 : 0)
      agreement.sameClass = Proportion(hits, of: agreement.sameClass.count + 1)
    }
    let isFinite = [outputs, reference.outputs, scores, reference.scores].joined().allSatisfy {
      $0.allSatisfy { $0.isFinite }
    }
    agreement.finiteCount += isFinite ? 1 : 0
    agreement.nonFiniteCount += isFinite ? 0 : 1
    let isHeld = counts && holds(probe)
    if isHeld { agreement.heldCount += 1 }
    defer { current?.agreement = agreement }
    if !isFinite { return }
    for output in outputs.indices {
      for (a, b) in zip(outputs[output], reference.outputs[output]) {
        agreement.largestDifference = max(agreement.largestDifference, abs(a - b))
      }
      let ignoresShift = output == 0 && classes != nil
      errors[output].add(
        scores[output], reference.scores[output], ignoresShift: ignoresShift)
      if isHeld {
        heldErrors[output].add(
          scores[output], reference.scores[output], ignoresShift: ignoresShift)
      }
    }
  }

  /// All but some elements of the input are within what the integers can hold.
  private func holds(_ probe: [[Float]]) -> Bool {
    for (values, bounds) in zip(probe, inputBounds) {
      guard let bounds else { continue }
      let beyond = Proportion(bounds.countBeyond(values), of: values.count)
      if beyond.share > Thresholds.clippedShare { return false }
    }
    return true
  }

  func ask(changed probe: [[Float]], by length: Double) throws(CheckError) {
    try runner.run(probe)
    let changed = runner.results[outputCount]
    var squares = 0.0
    for (a, b) in zip(changed, scores[0]) where a.isFinite && b.isFinite {
      squares += (Double(a) - Double(b)) * (Double(a) - Double(b))
    }
    guard length > 0 else { return }
    sensitivitySum += squares / (length * length)
    sensitivityCount += 1
  }

  func ask(again probe: [[Float]]) throws(CheckError) {
    try runner.run(probe)
    let isSame = zip(runner.results, outputs).allSatisfy { again, before in
      zip(again, before).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
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
      if let mine = response.histogram, let others = other?.histogram,
        mine.counts.count == others.counts.count
      {
        agreement.histogramDistance = mine.distance(to: others)
        agreement.chance = mine.chance(of: others)
      }
      for (index, error) in errors.enumerated() {
        guard let ratio = error.decibels else { continue }
        // What is left of answers that are not finite says nothing good.
        if agreement.nonFiniteCount > 0, ratio == .infinity { continue }
        if let worst = agreement.responseToError, worst <= ratio { continue }
        agreement.responseToError = ratio
        agreement.worstOutput = outputCount > 1 ? index : nil
      }
      agreement.heldResponseToError = heldErrors.compactMap(\.decibels).min()
      response.agreement = agreement
    }
    responses.append(response)
    current = response
  }

  /// The answers to a family, be they complete or just about to be.
  private func finished(_ family: ProbeFamily) -> Responses? {
    current?.family == family ? current : nil
  }
}
