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
  /// Names and units the model carries; empty when it says nothing.
  let modelChannels: [ModelContract.Channel]
  /// Whether the channels are named by the model, and not on the command line.
  let takesModelChannels: Bool
  let time: String?
  let classes: [String]?
  /// Rules of decision that the model carries.
  let rules: DecisionRules?
  let plan: WindowPlan
  /// Samples need not be scaled any more.
  let isScaled: Bool
  let windowLength: Int
  let channelCount: Int

  init(_ model: OpenedModel, _ arguments: ParsedArguments) throws(Failure) {
    let graph = try model.optimizedGraph()
    let contract = graph.contract ?? ModelContract()
    rate = try StreamSettings.rate(contract, model.path, arguments)
    let isAny = arguments.flag("any-rate")
    sensorRate = isAny ? nil : arguments.optionalNumber("sensor-rate") ?? rate
    limit = arguments.optionalNumber("limit").map { Float($0) } ?? .infinity
    maximumGap = arguments.number("max-gap")
    reorder = arguments.optionalNumber("reorder")
    let ownChannels = contract.channels.map(\.name)
    let givenChannels = try RecordingSettings.channels(arguments)
    channels = givenChannels ?? (ownChannels.isEmpty ? nil : ownChannels)
    if let givenChannels, givenChannels != ownChannels, Set(givenChannels) == Set(ownChannels) {
      Console.note(
        "warning: \(model.path): made for channels in the order "
          + ownChannels.joined(separator: ",") + ", not " + givenChannels.joined(separator: ","))
    }
    modelChannels = contract.channels
    takesModelChannels = arguments.optionalText("channels") == nil && !ownChannels.isEmpty
    try StreamSettings.checkUnits(contract, model.path, arguments)
    time = arguments.optionalText("time")
    classes =
      arguments.optionalText("classes").map(StreamSettings.list)
      ?? (contract.labels.isEmpty ? nil : contract.labels)
    rules = contract.rules
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
      arguments.optionalInteger("hop")
      ?? (isStateful ? windowLength : contract.hop ?? max(windowLength / 2, 1))
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

  private static func rate(
    _ contract: ModelContract, _ path: String, _ arguments: ParsedArguments
  ) throws(Failure) -> Double {
    guard let rate = arguments.optionalNumber("rate") ?? contract.sampleRate else {
      throw Failure(
        usage: "the model does not say how many rows a second it takes; give '--rate <hz>'",
        arguments)
    }
    guard (0.001...100_000).contains(rate) else {
      throw Failure(.badData, "\(path): expected 0.001 to 100,000 rows a second, found \(rate)")
    }
    if let own = contract.sampleRate, own != rate {
      Console.note("warning: \(path): made for \(own) rows a second, not \(rate)")
    }
    return rate
  }

  /// - Throws: ``Failure`` when a recording has other units than the model.
  private static func checkUnits(
    _ contract: ModelContract, _ path: String, _ arguments: ParsedArguments
  ) throws(Failure) {
    guard let units = arguments.optionalText("units").map(list) else { return }
    let channels = contract.channels
    guard !channels.isEmpty else {
      throw Failure(
        usage: "'--units': \(path) names no channels and units to compare with", arguments)
    }
    guard units.count == 1 || units.count == channels.count else {
      throw Failure(
        usage: "'--units' names \(units.count) units, expected \(channels.count), as there are "
          + "channels", arguments)
    }
    for (index, channel) in channels.enumerated() {
      try channel.check(unit: units.count == 1 ? units[0] : units[index], path)
    }
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

  /// Of all classes.
  var names: [String] { (0..<classCount).map { name(of: $0) } }

  func name(of label: Int) -> String { classes?[label] ?? "\(label)" }

  /// Some classes have one name, which then names none of them.
  var repeatsNames: Bool { classes.map { Set($0).count < $0.count } ?? false }

  /// The class of a name: one of `--classes`, or a number.
  func label(_ name: String) -> Int? {
    if let classes {
      let index = classes.firstIndex(of: name)
      return index == classes.lastIndex(of: name) ? index : nil
    }
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
      help: "Rows between windows; by default what the model says, or half a window."),
    .number(
      "rate", valueName: "hz", in: 0.001...100_000, default: nil,
      help: "Rows a second that the model was trained with; by default what the model says."),
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
        sensor events. By default those the model names.
        """),
    .text(
      "units", valueName: "names",
      help: """
        The units of the recording's channels, with commas between them, one for all: others than \
        the model's are refused.
        """),
    .text(
      "classes", valueName: "names",
      help: """
        Names of the model's classes in its order, with commas between them; by default its labels.
        """),
    .flag(
      "already-scaled",
      help: "Samples are scaled. Otherwise they are raw, and scaled by the scaler a model carries."),
    SelfTest.option,
    .flag("whole", help: "Compute every window from its start, for comparison."),
    .flag(
      "stateful",
      help: """
        Carry the state of recurrent layers on from window to window, for models that were trained \
        so; windows lie side by side.
        """),
  ]
}

extension ModelContract.Channel {
  /// - Throws: ``Failure`` naming the file when samples have another unit than the model takes.
  func check(unit found: String, _ path: String) throws(Failure) {
    guard !unit.isEmpty, !found.isEmpty, UnitName(found) != UnitName(unit) else { return }
    throw Failure(
      .badData,
      "\(path): channel \(name.quoted): expected samples in \(unit.quoted), found \(found.quoted)")
  }
}
