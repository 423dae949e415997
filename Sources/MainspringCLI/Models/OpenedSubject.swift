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
    model = try OpenedModel(path, arguments, isOneOfMany: true)
    let graph = try model.optimizedGraph()
    plan = try model.plan(graph)
    var stage: Stage?
    if case .keras = model.origin { stage = .keras }
    subject = Subject(
      name: path, graph, stage: stage, instructionSet: plan.instructionSet)
  }

  /// - Throws: ``Failure``, also when an option for Keras files is given without one.
  static func open(_ paths: [String], _ arguments: ParsedArguments) throws(Failure)
    -> [OpenedSubject]
  {
    var subjects: [OpenedSubject] = []
    for path in paths { subjects.append(try OpenedSubject(path, arguments)) }
    if let option = ModelOptions.kerasOption(in: arguments),
      !subjects.contains(where: { $0.subject.stage == .keras })
    {
      throw Failure(usage: "'--\(option)' is for Keras files; none is given", arguments)
    }
    return subjects
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
