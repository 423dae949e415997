// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// What the windows of a command line are scaled with.
///
/// One rule for all commands: windows are raw, and a scaler of the command line, or else the one a
/// model carries, is applied, unless `--already-scaled` says that it was.
struct InputScaling {
  /// By input; nil where nothing is done.
  private let scalers: [Scaler?]
  /// Windows have the size a scaler gives them, by us or by whoever made them.
  let isScaled: Bool

  static let none: InputScaling = InputScaling(scalers: [], isScaled: false)

  private init(scalers: [Scaler?], isScaled: Bool) {
    self.scalers = scalers
    self.isScaled = isScaled
  }

  /// - Parameters:
  ///   - given: a scaler of the command line.
  ///   - plans: the models that see the windows; the first one that carries a scaler counts.
  init(
    _ plans: [Plan], given: Scaler? = nil, _ arguments: ParsedArguments
  ) throws(Failure) {
    let isAlready = arguments.flag("already-scaled")
    if let given {
      let option = ScalerOptions.option(arguments)
      if isAlready {
        throw Failure(usage: "'--already-scaled' and '--\(option)' exclude each other", arguments)
      }
      try InputScaling.check(given, plans[0], option, arguments)
      self.init(scalers: [given], isScaled: true)
      return
    }
    let carried = plans.first(where: InputScaling.isCarried)?.contract?.inputs.map(\.scaler)
    self.init(scalers: isAlready ? [] : carried ?? [], isScaled: carried != nil)
  }

  /// Whether a model says how its windows are scaled.
  static func isCarried(by plan: Plan) -> Bool {
    plan.contract?.inputs.contains { $0.scaler != nil } ?? false
  }

  /// - Throws: ``Failure`` when the model has several inputs or another number of channels.
  static func check(
    _ scaler: Scaler, _ plan: Plan, _ option: String, _ arguments: ParsedArguments
  ) throws(Failure) {
    guard plan.inputs.count == 1 else {
      throw Failure(
        usage: "'--\(option)' is for models with one input, found \(plan.inputs.count)", arguments)
    }
    let port = plan.inputs[0]
    let channels = (plan.contract ?? ModelContract()).channelCount(of: port.shape, input: 0)
    guard scaler.means.count == channels || scaler.means.count == 1 else {
      throw Failure(
        usage: """
          '--\(option)' holds \(scaler.means.count) numbers, expected \(channels) for input \
          '\(port.name)' \(port.shape)
          """, arguments)
    }
  }

  var isEmpty: Bool { scalers.allSatisfy { $0 == nil } }

  func apply(to values: inout [Float], input: Int) {
    if input < scalers.count, let scaler = scalers[input] { scaler.apply(to: &values) }
  }

  /// A window of all inputs, scaled.
  func scaled(_ window: [[Float]]) -> [[Float]] {
    if isEmpty { return window }
    var window = window
    for input in window.indices { apply(to: &window[input], input: input) }
    return window
  }
}
