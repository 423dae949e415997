// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// What the commands that play recordings are told, and what they make of it.
struct StreamSettings {
  /// Rows a second that the model takes.
  let rate: Double
  /// Samples a second that sensors promise; nil for any.
  let sensorRate: Double?
  let limit: Float
  let maximumGap: Double
  let reorder: Double?
  let channels: [String]?
  let time: String?
  let classes: [String]?
  let plan: WindowPlan
  /// Samples need not be scaled any more.
  let isScaled: Bool
  let windowLength: Int
  let channelCount: Int

  init(_ model: OpenedModel, _ arguments: ParsedArguments) throws(Failure) {
    guard let rate = arguments.optionalNumber("rate") else {
      throw Failure(
        usage: "the model does not say how many rows a second it takes; give '--rate <hz>'",
        arguments)
    }
    self.rate = rate
    let isAny = arguments.flag("any-rate")
    sensorRate = isAny ? nil : arguments.optionalNumber("sensor-rate") ?? rate
    limit = arguments.optionalNumber("limit").map { Float($0) } ?? .infinity
    maximumGap = arguments.number("max-gap")
    reorder = arguments.optionalNumber("reorder")
    channels = arguments.optionalText("channels").map(StreamSettings.list)
    time = arguments.optionalText("time")
    classes = arguments.optionalText("classes").map(StreamSettings.list)
    let graph = try model.optimizedGraph()
    let extents = graph.inputs.first.map { graph.shape(of: $0).extents } ?? []
    guard graph.inputs.count == 1, extents.count >= 3 else {
      throw Failure(
        .badData,
        "\(model.path): expected a model of one input [1, time, channels], found "
          + "\(graph.inputs.count) input(s)"
          + (graph.inputs.first.map { " of \(graph.shape(of: $0))" } ?? ""))
    }
    channelCount = extents[extents.count - 1]
    windowLength = extents.dropFirst().dropLast().max() ?? 1
    let isStateful = arguments.flag("stateful")
    let hop =
      arguments.optionalInteger("hop") ?? (isStateful ? windowLength : max(windowLength / 2, 1))
    if isStateful, hop != windowLength || arguments.flag("whole") {
      throw Failure(
        usage: "'--stateful' takes windows side by side: a hop of \(windowLength) rows, and no "
          + "'--whole'", arguments)
    }
    plan = try StreamSettings.plan(graph, hop, model.path, arguments)
    try SelfTest.run(plan.plan, model.path, arguments)
    isScaled = arguments.flag("already-scaled")
    try checkClasses(model.path)
  }

  private static func plan(
    _ graph: Graph, _ hop: Int, _ path: String, _ arguments: ParsedArguments
  ) throws(Failure) -> WindowPlan {
    let set: InstructionSet?
    do throws(InstructionSetError) {
      set = try InstructionSet.requested()
    } catch {
      throw Failure(.usage, "MAINSPRING_CPU: \(error)")
    }
    do throws(PlanError) {
      return try WindowPlan(
        graph, hop: hop, mode: mode(arguments),
        instructionSet: set ?? .best)
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  private static func mode(_ arguments: ParsedArguments) -> WindowPlan.Mode {
    if arguments.flag("stateful") { return .stateful }
    return arguments.flag("whole") ? .whole : .incremental
  }

  /// Classes of the model's output: two for a single probability.
  var classCount: Int { max(plan.plan.outputs.first?.shape.elementCount ?? 0, 2) }

  private func checkClasses(_ path: String) throws(Failure) {
    guard let classes, classes.count != classCount else { return }
    throw Failure(
      .badData,
      "\(path): expected \(classCount) classes, as the model has, found \(classes.count)")
  }

  func name(of label: Int) -> String { classes?[label] ?? "\(label)" }

  /// The class of a name: one of `--classes`, or a number.
  func label(_ name: String) -> Int? {
    if let classes { return classes.firstIndex(of: name) }
    return Int(name).flatMap { (0..<classCount).contains($0) ? $0 : nil }
  }

  /// What a stream of this recording is told about it.
  func alignment(_ map: SensorMap, hasRows: Bool, _ arguments: ParsedArguments) -> AlignmentOptions
  {
    var options = AlignmentOptions(
      rate: rate, channelCount: channelCount, sensors: map.sources(rate: sensorRate, limit: limit))
    options.maximumGap = max(Int64((maximumGap * 1e9 / rate).rounded()), 1)
    // Rows of a file are in order; messages over a network are not.
    options.reorderDelay = Int64(((reorder ?? (hasRows ? 0 : 300)) * 1e6).rounded())
    let waiting = (Double(options.reorderDelay) + 5e8) / 1e9 * max(sensorRate ?? rate, rate)
    options.bufferCapacity = min(max(Int(waiting * 2), 128), 1 << 16)
    return options
  }

  static func list(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}

extension StreamSettings {
  /// Options of every command that plays recordings.
  static let options: [Option] = [
    .integer(
      "hop", valueName: "rows", in: 1...1_000_000, default: nil,
      help: "Rows between windows; by default half a window."),
    .number(
      "rate", valueName: "hz", in: 0.001...100_000, default: nil,
      help: "Rows a second that the model was trained with."),
    .number(
      "sensor-rate", valueName: "hz", in: 0.001...1_000_000, default: nil,
      help: """
        Samples a second that each sensor promises, by default those of the model; more than 5 % \
        off is reported, more than 20 % refused.
        """),
    .flag("any-rate", help: "Take sensors of any rate."),
    .number(
      "max-gap", valueName: "periods", in: 0.01...1_000_000, default: 3,
      help: "Longer pauses of a sensor, in periods of the model, are gaps: no window crosses one."),
    .number(
      "reorder", valueName: "ms", in: 0...60_000, default: nil,
      help: "How long to wait for late samples; by default 0 for rows, 300 for sensor events."),
    .number(
      "limit", valueName: "value", in: 1e-30...1e30, default: nil,
      help: "Samples of this magnitude and above are saturated, and count as missing."),
    .text(
      "time", valueName: "column",
      help: "The time column, with :s, :ms, :us or :ns behind it if its name has no unit."),
    .text(
      "channels", valueName: "names",
      help: """
        The model's channels in its order, with commas between them: columns, or sensor.axis for \
        sensor events.
        """),
    .text(
      "classes", valueName: "names",
      help: "Names of the model's classes in its order, with commas between them."),
    .flag(
      "already-scaled",
      help: "Samples are scaled. Otherwise they are raw, and scaled by the scaler a model carries."),
    SelfTest.option,
    .flag("whole", help: "Compute every window from its start, for comparison."),
    .flag(
      "stateful",
      help: """
        Carry the state of LSTM layers on from window to window, for models that were trained so; \
        windows lie side by side.
        """),
  ]
}
