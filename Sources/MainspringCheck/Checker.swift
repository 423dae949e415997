// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Asks several models the same questions and judges the answers.
///
/// ```swift
/// let source = ProbeSource(inputs: shapes, windows: windows, seed: 1)
/// let report = try Checker([keras, float, int8], source).check()
/// print(report.verdict, report.models.flatMap(\.findings))
/// ```
public struct Checker {
  /// Inputs a small change is made to, in each family.
  static let changedCount = 32
  /// Inputs that are run once more after another one, in each family.
  static let repeatedCount = 32

  let subjects: [Subject]
  let source: ProbeSource
  let count: Int
  let reference: Int
  let isScaled: Bool
  let allowsState: Bool
  /// By model; nil for those that are no classifiers.
  let classes: [ClassOutput?]

  /// - Parameters:
  ///   - subjects: models of the same inputs and outputs, by name or position, at least one; faults
  ///     are blamed on the first of them that has it.
  ///   - count: inputs of each family.
  ///   - reference: index of the model the others are compared with; the one nearest to training
  ///     unless given, and of equals the first.
  ///   - isScaled: windows went through the scaler of the model, and so have a size near 1.
  ///   - allowsState: layers keep their state between windows on purpose.
  /// - Throws: ``CheckError`` when the models take, or give, something else.
  public init(
    _ subjects: [Subject], _ source: ProbeSource, count: Int = 1000, reference: Int? = nil,
    isScaled: Bool = false, allowsState: Bool = false
  ) throws(CheckError) {
    let reference = reference ?? Checker.earliest(subjects)
    precondition(subjects.indices.contains(reference), "a reference among the models")
    precondition(count > 0, "inputs to ask")
    var aligned: [Subject] = []
    for subject in subjects { aligned.append(try subject.aligned(to: subjects[reference])) }
    self.subjects = aligned
    self.source = source
    self.count = count
    self.reference = reference
    self.isScaled = isScaled
    self.allowsState = allowsState
    let isNamed = subjects.contains { $0.hasNames }
    classes = subjects.map { $0.classes(isNamed: isNamed) }
  }

  /// The model nearest to training; of equals the first.
  public static func earliest(_ subjects: [Subject]) -> Int {
    // The first of the smallest.
    subjects.indices.min { subjects[$0].stage.order < subjects[$1].stage.order } ?? 0
  }

  /// Runs all models on all families.
  ///
  /// - Parameter progress: called with the inputs done, of ``inputCount``.
  /// - Throws: ``CheckError`` when a model cannot be run.
  /// - Complexity: a run of each model for each input, and some more for models that fail.
  public func check(progress: (Int) -> Void = { _ in }) throws(CheckError) -> CheckReport {
    var witnesses: [Witness] = []
    for (subject, classes) in zip(subjects, classes) {
      witnesses.append(try Witness(subject, classes))
    }
    var done = 0
    for family in ProbeFamily.allCases {
      let familyCount = source.count(of: family, wanted: count)
      for witness in witnesses { witness.begin(family) }
      for index in 0..<familyCount {
        let probe = source.probe(family, index, of: familyCount)
        try witnesses[reference].ask(probe)
        for (position, witness) in witnesses.enumerated() where position != reference {
          try witness.ask(
            probe, beside: witnesses[reference], isFar: source.isAlternative(family, index))
        }
        if index < Checker.changedCount { try change(probe, family, index, witnesses) }
        if index < Checker.repeatedCount { try again(probe, witnesses) }
        done += 1
        progress(done)
      }
      if familyCount > 0 { for witness in witnesses { witness.end(witnesses[reference]) } }
    }
    return try Judge(self, witnesses.map(\.responses)).report()
  }

  /// What ``check(progress:)`` counts up to.
  public var inputCount: Int {
    ProbeFamily.allCases.reduce(0) { $0 + source.count(of: $1, wanted: count) }
  }

  /// Adds a twentieth of each channel's deviation as noise.
  private func change(
    _ probe: [[Float]], _ family: ProbeFamily, _ index: Int, _ witnesses: [Witness]
  ) throws(CheckError) {
    var random = source.generator(family, index + 1_000_000_007)
    var squares = 0.0
    let changed = probe.enumerated().map { input, values in
      values.enumerated().map { position, value in
        let range = source.ranges[input][position % source.layouts[input].channels]
        let step = range.deviation * 0.05 * random.normal()
        squares += Double(step) * Double(step)
        return value + step
      }
    }
    for witness in witnesses { try witness.ask(changed: changed, by: squares.squareRoot()) }
  }

  /// The same input after another one: models that keep something answer otherwise.
  private func again(_ probe: [[Float]], _ witnesses: [Witness]) throws(CheckError) {
    for witness in witnesses { try witness.ask(again: probe) }
  }
}
