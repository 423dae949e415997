// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck

/// A model of several, opened and made ready to be checked.
struct OpenedSubject {
  let model: OpenedModel
  let plan: Plan
  let subject: Subject

  init(_ path: String, _ arguments: ParsedArguments) throws(Failure) {
    let model = try OpenedModel(path, arguments, isOneOfMany: true)
    let graph = try model.optimizedGraph()
    let plan = try model.plan(graph)
    var stage: Stage?
    var names: (inputs: [String], outputs: [String])?
    switch model.origin {
    case .keras: stage = .keras
    case .tflite(let file, _): names = file.signatureNames
    }
    let subject = Subject(
      name: path, graph, stage: stage, instructionSet: plan.instructionSet,
      inputNames: names?.inputs, outputNames: names?.outputs)
    self.init(model: model, plan: plan, subject: subject)
  }

  private init(model: OpenedModel, plan: Plan, subject: Subject) {
    self.model = model
    self.plan = plan
    self.subject = subject
  }

  /// Its inputs and outputs in the order of another model's, as far as they are the same.
  func aligned(to other: OpenedSubject) throws(Failure) -> OpenedSubject {
    let aligned = subject.alignedWhereItFits(other.subject)
    if aligned.graph == subject.graph { return self }
    return OpenedSubject(
      model: model, plan: try model.plan(aligned.graph), subject: aligned)
  }

  /// - Parameter reference: which of them gives the order of inputs and outputs.
  /// - Throws: ``Failure``, also when an option for Keras files is given without one.
  static func open(
    _ paths: [String], _ arguments: ParsedArguments,
    reference: ([OpenedSubject]) -> Int = { _ in 0 }
  ) throws(Failure) -> [OpenedSubject] {
    var subjects: [OpenedSubject] = []
    for path in paths { subjects.append(try OpenedSubject(path, arguments)) }
    if let option = ModelOptions.kerasOption(in: arguments),
      !subjects.contains(where: { $0.subject.stage == .keras })
    {
      throw Failure(usage: "'--\(option)' is for Keras files; none is given", arguments)
    }
    let first = subjects[reference(subjects)]
    var aligned: [OpenedSubject] = []
    for subject in subjects { aligned.append(try subject.aligned(to: first)) }
    return aligned
  }
}

extension Failure {
  init(_ error: CheckError) {
    switch error {
    case .run: self.init(.software, "\(error)")
    case .graph, .plan, .ports: self.init(.badData, "\(error)")
    }
  }
}
