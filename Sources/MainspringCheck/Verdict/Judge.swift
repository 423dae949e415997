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
      for text in Clipping(subject, checker.source).warnings { findings.append(Finding(nil, text)) }
      if let scale { findings.insert(scale, at: 0) }
      findings.sort { rank($0) > rank($1) }
      models.append(
        CheckReport.Model(
          name: subject.name, stage: subject.stage, responses: responses[index],
          findings: findings))
    }
    return CheckReport(
      models: models, reference: checker.reference, classCount: classCount,
      classNames: checker.subjects.lazy.compactMap { $0.graph.contract?.labels }
        .first { $0.count == classCount } ?? [], isMadeUp: !checker.source.isKnown)
  }

  private var classCount: Int? { checker.classes[checker.reference]?.count }

  private func rank(_ finding: Finding) -> Int {
    finding.verdict.flatMap { Verdict.allCases.firstIndex(of: $0) } ?? -1
  }

  private func findings(_ index: Int) throws(CheckError) -> [Finding] {
    let subject = checker.subjects[index]
    let answers = responses[index]
    if let finding = try nonFinite(subject, answers) { return [finding] }
    if let finding = try constant(subject, answers) { return [finding] }
    var findings = state(subject, answers)
    if let finding = try domination(index) { findings.append(finding) }
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
    let faulty = merged(answers).enumerated().filter { $0.element.nonFiniteCount > 0 }.map(\.offset)
    let layer = try FaultFinder(subject, layerProbes()).firstNonFiniteLayer
    return Finding(
      count == total ? .static : .degraded,
      """
      \(place(subject, faulty))expected finite outputs, found NaN or infinity for \(count) of \
      \(total) inputs
      """,
      layer: layer)
  }

  private func constant(_ subject: Subject, _ answers: [Responses]) throws(CheckError) -> Finding? {
    let ports = merged(answers)
    let isInteger = subject.stage.isInteger
    let constant = ports.indices.filter { index in
      let (outputs, scores) = (ports[index].outputs, ports[index].scores)
      return outputs.count > 0 && !outputs.means.isEmpty
        && !outputs.varies(asIntegers: isInteger) && !scores.varies(asIntegers: isInteger)
    }
    guard let first = constant.first else { return nil }
    return Finding(
      .static,
      """
      \(place(subject, constant))expected outputs that follow the input, found the same for all \
      \(ports[first].outputs.count) inputs
      """,
      layer: try FaultFinder(subject, layerProbes()).firstStaticLayer)
  }

  /// By output what it was over all families.
  private func merged(_ answers: [Responses]) -> [OutputResponses] {
    guard var ports = answers.first?.ports else { return [] }
    for answer in answers.dropFirst() {
      for index in ports.indices { ports[index].merge(answer.ports[index]) }
    }
    return ports
  }

  /// Which outputs are meant, where it is not all of them.
  private func place(_ subject: Subject, _ outputs: [Int]) -> String {
    let graph = subject.graph
    if outputs.count == graph.outputs.count { return "" }
    let names = outputs.map { "'\(graph.values[graph.outputs[$0]].name)'" }
    return "output \(names.joined(separator: ", ")): "
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

  private func domination(_ index: Int) throws(CheckError) -> Finding? {
    let (subject, answers) = (checker.subjects[index], responses[index])
    let histograms = answers.compactMap { answer in answer.histogram.map { (answer.family, $0) } }
      .filter { $0.1.canTellDominance }
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
    // Of probabilities that stand for themselves one may always be the largest.
    let isExclusive = subject.graph.classes(of: 0)?.form != .independent
    if isEverywhere, isExclusive, hasWindows || isSilent, try !answersAsReference(index) {
      let shares = dominated.map { "\(percent($0.1.mostCommonShare.share)) of \($0.0.rawValue)" }
      let finder = try FaultFinder(subject, layerProbes())
      return Finding(
        .collapsed,
        "expected several classes, found class \(first.mostCommon) for \(shares.joined(separator: ", "))",
        layer: finder.biasedLayer(subject.graph.score(of: subject.graph.outputs[0])))
    }
    let classes = dominated.map(\.1.mostCommon)
    let names = Set(classes).sorted {
      (classes.firstIndex(of: $0) ?? 0) < (classes.firstIndex(of: $1) ?? 0)
    }
    .map { best in
      let families = dominated.filter { $0.1.mostCommon == best }.map(\.0.rawValue)
      return "class \(best) dominates on \(families.joined(separator: ", "))"
    }.joined(separator: ", ")
    let isNoise = dominated.allSatisfy { $0.0.isOffDistribution }
    return Finding(
      nil,
      names
        + (isNoise
          ? " only: nothing a sensor sends" : isEverywhere ? ": windows would tell more" : " only"))
  }

  /// A reference that responds has the same classes: the format is not to blame.
  private func answersAsReference(_ index: Int) throws(CheckError) -> Bool {
    if index == checker.reference { return false }
    if let own = try domination(checker.reference), own.verdict != nil { return false }
    return responses[index].allSatisfy { answer in
      guard let classes = answer.histogram?.counts.count, let agreement = answer.agreement,
        agreement.sameClass.count > 0
      else { return true }
      return agreement.sameClass.interval.upperBound
        >= Thresholds.agreement(classCount: classes)
    }
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
      let response = responseFault(agreement, index)
      let classes = classFault(agreement, answer, isLost: response != nil)
      if isEvidence, !isMeasured, let held = heldFault(answers) {
        findings.append(Finding(.degraded, "on \(answer.family.rawValue): \(held)"))
      } else if let response, isMeasured || classes == nil || !isEvidence {
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

  private func responseFault(_ agreement: ResponseAgreement, _ index: Int) -> String? {
    guard let ratio = agreement.responseToError, ratio < Thresholds.responseToError else {
      return nil
    }
    let output = agreement.worstOutput.map { place(checker.subjects[index], [$0]) } ?? ""
    return """
      \(output)expected the response of \(checker.subjects[checker.reference].name), found errors of \
      \(Int((100 * decibelRoot(-ratio)).rounded())) % of it
      """
  }

  /// Of what the integers of an input can hold: strong signals may clip inside the model, and noise
  /// is not what it was made for; a model that fails both answers as another one.
  private func heldFault(_ answers: [Responses]) -> String? {
    var ratios: [Double] = []
    for answer in answers where answer.family == .noise || answer.family == .structured {
      guard let agreement = answer.agreement, let ratio = agreement.heldResponseToError,
        agreement.heldCount >= Thresholds.heldCount, ratio < Thresholds.responseToError
      else { return nil }
      ratios.append(ratio)
    }
    guard let best = ratios.max() else { return nil }
    return """
      expected the response of \(checker.subjects[checker.reference].name) where integers hold the \
      input, found errors of \(Int((100 * decibelRoot(-best)).rounded())) % of it, on noise, too
      """
  }

  /// - Parameter isLost: the errors are as large as the response.
  private func classFault(
    _ agreement: ResponseAgreement, _ answer: Responses, isLost: Bool
  ) -> String? {
    guard let classes = answer.histogram?.counts.count, agreement.sameClass.count > 0 else {
      return nil
    }
    let least = max(
      Thresholds.agreement(classCount: classes),
      isLost ? Thresholds.agreement(chance: agreement.chance) : 0)
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
}
