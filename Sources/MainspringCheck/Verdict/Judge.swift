// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Turns answers into verdicts.
struct Judge {
  /// Inputs of each family that layers are looked at on, once something is wrong.
  private static let layerProbeCount = 24

  private let checker: Checker
  private let responses: [[Responses]]

  init(_ checker: Checker, _ responses: [[Responses]]) {
    self.checker = checker
    self.responses = responses
  }

  func report() throws(CheckError) -> CheckReport {
    var models: [CheckReport.Model] = []
    let scale = checker.source.scaleFault(isScaled: checker.isScaled)
    for (index, subject) in checker.subjects.enumerated() {
      var findings = try findings(index)
      if let text = clipping(subject) { findings.append(Finding(nil, text)) }
      if let scale { findings.insert(scale, at: 0) }
      findings.sort { rank($0) > rank($1) }
      models.append(
        CheckReport.Model(
          name: subject.name, stage: subject.stage, responses: responses[index],
          findings: findings))
    }
    return CheckReport(
      models: models, reference: checker.reference,
      classCount: checker.subjects[checker.reference].classCount)
  }

  private func rank(_ finding: Finding) -> Int {
    finding.verdict.flatMap { Verdict.allCases.firstIndex(of: $0) } ?? -1
  }

  private func findings(_ index: Int) throws(CheckError) -> [Finding] {
    let subject = checker.subjects[index]
    let answers = responses[index]
    if let finding = try nonFinite(subject, answers) { return [finding] }
    if let finding = try constant(subject, answers) { return [finding] }
    var findings = state(subject, answers)
    if let finding = try domination(subject, answers) { findings.append(finding) }
    if index != checker.reference {
      // Before all that is told by what is in front of a softmax.
      if let meaning = subject.misunderstanding(with: checker.subjects[checker.reference]) {
        let name = subject.graph.values[subject.graph.outputs[meaning.output]].name
        findings.insert(Finding(.degraded, meaning.text, layer: name), at: 0)
      }
      findings += try parting(index)
    }
    return findings
  }

  private func nonFinite(_ subject: Subject, _ answers: [Responses]) throws(CheckError) -> Finding?
  {
    let count = answers.reduce(0) { $0 + $1.nonFiniteCount }
    let total = answers.reduce(0) { $0 + $1.inputCount }
    if count == 0 { return nil }
    let layer = try FaultFinder(subject, layerProbes()).firstNonFiniteLayer
    return Finding(
      count == total ? .static : .degraded,
      "expected finite outputs, found NaN or infinity for \(count) of \(total) inputs",
      layer: layer)
  }

  private func constant(_ subject: Subject, _ answers: [Responses]) throws(CheckError) -> Finding? {
    guard var outputs = answers.first?.outputs, var scores = answers.first?.scores,
      !outputs.means.isEmpty
    else { return nil }
    for answer in answers.dropFirst() {
      outputs.merge(answer.outputs)
      scores.merge(answer.scores)
    }
    let isInteger = subject.stage.isInteger
    guard !outputs.varies(asIntegers: isInteger), !scores.varies(asIntegers: isInteger) else {
      return nil
    }
    return Finding(
      .static,
      "expected outputs that follow the input, found the same for all \(outputs.count) inputs",
      layer: try FaultFinder(subject, layerProbes()).firstStaticLayer)
  }

  private func state(_ subject: Subject, _ answers: [Responses]) -> [Finding] {
    var findings: [Finding] = []
    let hits = answers.reduce(0) { $0 + $1.repeated.hits }
    let count = answers.reduce(0) { $0 + $1.repeated.count }
    if hits > 0 {
      findings.append(
        Finding(
          .degraded,
          "expected the same answer to the same window, found another for \(hits) of \(count)"))
    }
    if let name = subject.graph.statefulNames.first, !checker.allowsState {
      findings.append(
        Finding(
          .degraded,
          """
          expected windows that are independent, found a layer that other runtimes carry the state \
          of from window to window
          """, layer: name))
    }
    return findings
  }

  private func domination(_ subject: Subject, _ answers: [Responses]) throws(CheckError) -> Finding?
  {
    let histograms = answers.compactMap { answer in answer.histogram.map { (answer.family, $0) } }
    if histograms.isEmpty || histograms.contains(where: { $0.1.total == 0 }) { return nil }
    let dominated = histograms.filter {
      $0.1.upperNormalizedEntropy < Thresholds.collapsedEntropy
    }
    guard let (_, first) = dominated.first else { return nil }
    let isEverywhere =
      dominated.count == histograms.count
      && dominated.allSatisfy { $0.1.mostCommon == first.mostCommon }
    // Signals may all be one class to a model of other units, which still answers them apart.
    let hasWindows = histograms.contains { $0.0 == .windows }
    let least = Thresholds.information(classCount: first.counts.count)
    let isSilent = answers.allSatisfy { $0.mutualInformation < least }
    if isEverywhere, hasWindows || isSilent {
      let shares = dominated.map { "\(percent($0.1.mostCommonShare.share)) of \($0.0.rawValue)" }
      let finder = try FaultFinder(subject, layerProbes())
      return Finding(
        .collapsed,
        "expected several classes, found class \(first.mostCommon) for \(shares.joined(separator: ", "))",
        layer: subject.graph.score().flatMap { finder.biasedLayer($0.value) })
    }
    let names = dominated.map(\.0.rawValue).joined(separator: ", ")
    let isNoise = dominated.allSatisfy { $0.0.isOffDistribution }
    return Finding(
      nil,
      "class \(first.mostCommon) dominates on \(names)"
        + (isNoise
          ? " only: nothing a sensor sends" : isEverywhere ? ": windows would tell more" : " only"))
  }

  /// Against the reference, by what a sensor would send: windows if there are any.
  private func parting(_ index: Int) throws(CheckError) -> [Finding] {
    let answers = responses[index]
    let hasWindows = answers.contains { $0.family == .windows }
    var findings: [Finding] = []
    for answer in answers {
      guard let agreement = answer.agreement else { continue }
      let isEvidence = answer.family == (hasWindows ? .windows : .structured)
      // Integers clip what they were not calibrated for, and only windows say what that is.
      let isInteger = checker.subjects[index].stage.isInteger
      let isMeasured = isEvidence && (hasWindows || !isInteger)
      let (response, classes) = (responseFault(agreement), classFault(agreement, answer))
      if let response, isMeasured || classes == nil || !isEvidence {
        let verdict: Verdict? = isMeasured ? .degraded : nil
        let reason = isInteger && verdict == nil ? "; integers clip what calibration never saw" : ""
        findings.append(Finding(verdict, "on \(answer.family.rawValue): \(response)\(reason)"))
      } else if let classes {
        let verdict: Verdict? = isEvidence ? .degraded : nil
        findings.append(Finding(verdict, "on \(answer.family.rawValue): \(classes)"))
      }
    }
    guard let worst = findings.firstIndex(where: { $0.verdict != nil }) else { return findings }
    findings[worst].layer = try divergingLayer(index)
    return findings
  }

  private func responseFault(_ agreement: ResponseAgreement) -> String? {
    guard let ratio = agreement.responseToError, ratio < Thresholds.responseToError else {
      return nil
    }
    return """
      expected the response of \(checker.subjects[checker.reference].name), found errors of \
      \(Int((100 * decibelRoot(-ratio)).rounded())) % of it
      """
  }

  private func classFault(_ agreement: ResponseAgreement, _ answer: Responses) -> String? {
    guard let classes = answer.histogram?.counts.count, agreement.sameClass.count > 0 else {
      return nil
    }
    let least = Thresholds.agreement(classCount: classes)
    guard agreement.sameClass.interval.upperBound < least else { return nil }
    return """
      expected the class of \(checker.subjects[checker.reference].name) for \(percent(least)) of \
      the inputs, found \(percent(agreement.sameClass.share))
      """
  }

  private func divergingLayer(_ index: Int) throws(CheckError) -> String? {
    var comparison = try LayerComparison(
      checker.subjects[checker.reference], checker.subjects[index])
    for probe in layerProbes() { try comparison.add(probe) }
    return comparison.finished().first { $0.diverges }?.name
  }

  private func layerProbes() -> [[[Float]]] {
    let evidence: ProbeFamily =
      checker.source.count(of: .windows, wanted: 1) > 0 ? .windows : .structured
    var probes: [[[Float]]] = []
    for family in [evidence, .noise, .structured] {
      let count = checker.source.count(of: family, wanted: Judge.layerProbeCount)
      for index in 0..<count { probes.append(checker.source.probe(family, index, of: count)) }
    }
    return probes
  }

  /// Windows that an integer input cannot hold.
  private func clipping(_ subject: Subject) -> String? {
    let count = checker.source.count(of: .windows, wanted: 200)
    for (input, id) in subject.graph.inputs.enumerated() {
      let value = subject.graph.values[id]
      guard value.elementType == .int8, let scale = value.quantization?.scale,
        let zero = value.quantization?.zeroPoint
      else { continue }
      let (low, high) = (Float(-128 - zero) * scale, Float(127 - zero) * scale)
      var hits = 0
      var total = 0
      for index in 0..<count {
        let values = checker.source.probe(.windows, index, of: count)[input]
        hits += values.count { $0 < low - scale / 2 || $0 > high + scale / 2 }
        total += values.count
      }
      let share = Proportion(hits, of: total)
      if share.share > Thresholds.clippedShare {
        return """
          expected windows within \(low)...\(high), what input '\(value.name)' holds, found \
          \(percent(share.share)) of their elements beyond
          """
      }
    }
    return nil
  }
}
