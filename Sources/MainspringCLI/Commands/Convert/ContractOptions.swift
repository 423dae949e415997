// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// What `convert` is told about a model, to be stored in its files.
enum ContractOptions {
  static let options: [Option] =
    [
      .text(
        "labels", valueName: "file", arity: .repeated,
        help: "Names of the classes, a line for each; once for each output of the model.")
    ] + ScalerOptions.options + [
      .number(
        "sample-rate", valueName: "hertz", in: 0.001...1_000_000, default: nil,
        help: "Rows a second that the model was trained with; --rate unless given."),
      .text(
        "units", valueName: "names",
        help: "The unit of each channel of --channels, with commas; one stands for all."),
      .text(
        "contract", valueName: "file",
        help: """
          All of these and rules of decision as JSON, as 'mainspring inspect --json' prints them; \
          options above change single parts.
          """),
      ScalerOptions.alreadyScaled,
      .flag("no-self-test", help: "Store no inputs and answers to test the files with."),
    ]

  /// The files that are read.
  static func files(_ arguments: ParsedArguments) -> [String] {
    arguments.repeatedText("labels") + ScalerOptions.files(arguments)
      + (arguments.optionalText("contract").map { [$0] } ?? [])
  }

  /// What is known of the graph already, with what the command line says.
  static func contract(
    _ graph: Graph, _ arguments: ParsedArguments
  ) throws(Failure) -> ModelContract {
    var contract = graph.contract ?? ModelContract()
    if let path = arguments.optionalText("contract") {
      let given = try ContractReader(path).contract(labels: contract.labels)
      // Ports by their numbers alone: the rest may need what the model says.
      var ports = ModelContract()
      ports.inputs = given.inputs.map { _ in .init() }
      ports.outputs = given.outputs.map { _ in .init() }
      try check(ports, graph, path)
      contract.take(given)
      try check(contract, graph, path)
    }
    let shapes = graph.inputs.map { graph.shape(of: $0) }
    if let rate = try sampleRate(arguments) { contract.sampleRate = rate }
    if let hop = arguments.optionalInteger("hop") { contract.hop = hop }
    try setChannels(of: &contract, shapes, arguments)
    try setScaler(of: &contract, shapes, arguments)
    try setLabels(of: &contract, graph, arguments)
    // Windows have an axis of time behind the batch, or are flat and anything.
    if !contract.isEmpty, contract.window == nil, let shape = shapes.first, shape.rank >= 3 {
      contract.window = shape.rows
    }
    return contract
  }

  private static func sampleRate(_ arguments: ParsedArguments) throws(Failure) -> Double? {
    let (rate, grid) = (arguments.optionalNumber("sample-rate"), arguments.optionalNumber("rate"))
    if let rate, let grid, rate != grid {
      throw Failure(
        usage: "'--sample-rate \(rate)' and '--rate \(grid)' are two rates of one model", arguments)
    }
    return rate ?? grid
  }

  private static func setChannels(
    of contract: inout ModelContract, _ shapes: [Shape], _ arguments: ParsedArguments
  ) throws(Failure) {
    let units = arguments.optionalText("units").map(StreamSettings.list)
    if let names = try RecordingSettings.channels(arguments) {
      let count = shapes.first.map { contract.channelCount(of: $0, input: 0) } ?? 0
      guard shapes.count == 1, names.count == count else {
        throw Failure(
          usage: """
            '--channels' names \(names.count) channels, expected \
            \(shapes.count == 1 ? "\(count)" : "a model with one input")
            """, arguments)
      }
      if contract.inputs.isEmpty { contract.inputs = [ModelContract.Input()] }
      contract.inputs[0].channels = names.map { ModelContract.Channel(name: $0) }
    }
    guard let units else { return }
    let count = contract.channels.count
    guard count > 0 else { throw Failure(usage: "'--units' needs '--channels'", arguments) }
    guard units.count == count || units.count == 1 else {
      throw Failure(
        usage: "'--units' names \(units.count) units, expected \(count), as there are channels",
        arguments)
    }
    for index in 0..<count {
      contract.inputs[0].channels[index].unit = units.count == 1 ? units[0] : units[index]
    }
  }

  private static func setScaler(
    of contract: inout ModelContract, _ shapes: [Shape], _ arguments: ParsedArguments
  ) throws(Failure) {
    guard let scaler = try ScalerOptions.given(arguments) else { return }
    let option = ScalerOptions.option(arguments)
    let count = shapes.first.map { contract.channelCount(of: $0, input: 0) } ?? 0
    guard shapes.count == 1 else {
      throw Failure(
        usage: "'--\(option)' is for models with one input, found \(shapes.count)", arguments)
    }
    guard scaler.means.count == count || scaler.means.count == 1 else {
      throw Failure(
        usage: """
          '--\(option)' holds \(scaler.means.count) numbers, expected \(count), as the model has \
          channels
          """, arguments)
    }
    if contract.inputs.isEmpty { contract.inputs = [ModelContract.Input()] }
    contract.setScaler(scaler, input: 0)
  }

  private static func setLabels(
    of contract: inout ModelContract, _ graph: Graph, _ arguments: ParsedArguments
  ) throws(Failure) {
    let paths = arguments.repeatedText("labels")
    if paths.isEmpty { return }
    guard paths.count <= graph.outputs.count else {
      throw Failure(
        usage: "'--labels' is given \(paths.count) times, the model has \(graph.outputs.count) "
          + "output(s)", arguments)
    }
    if contract.outputs.isEmpty {
      contract.outputs = graph.outputs.map { _ in ModelContract.Output() }
    }
    for (index, path) in paths.enumerated() {
      let names = try ClassNames(path).names
      let count = ModelContract.classCount(of: graph.shape(of: graph.outputs[index]))
      guard names.count == count else {
        throw Failure(.badData, "\(path): expected \(count) names, found \(names.count)")
      }
      contract.outputs[index].labels = names
    }
  }

  /// - Throws: ``Failure`` naming the file when the contract is for another model.
  static func check(_ contract: ModelContract, _ graph: Graph, _ path: String) throws(Failure) {
    do throws(ContractError) {
      try contract.validate(
        inputs: graph.inputs.map { graph.shape(of: $0) },
        outputs: graph.outputs.map { graph.shape(of: $0) })
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }
}

extension ModelContract {
  /// Parts that another one of the same model has take the place of these; the others stay.
  fileprivate mutating func take(_ other: ModelContract) {
    if inputs.isEmpty { inputs = other.inputs.map { _ in Input() } }
    for (index, input) in other.inputs.enumerated() {
      if !input.channels.isEmpty { inputs[index].channels = input.channels }
      if let scaler = input.scaler { setScaler(scaler, input: index) }
      if !input.ranges.isEmpty { inputs[index].ranges = input.ranges }
    }
    if outputs.isEmpty { outputs = other.outputs }
    for (index, output) in other.outputs.enumerated() where !output.labels.isEmpty {
      outputs[index] = output
    }
    sampleRate = other.sampleRate ?? sampleRate
    window = other.window ?? window
    hop = other.hop ?? hop
    rules = other.rules ?? rules
  }

  fileprivate mutating func setScaler(_ scaler: Scaler, input: Int) {
    if inputs[input].scaler != scaler {
      // These are of values as the model takes them.
      inputs[input].ranges = []
      if input == 0 { rules?.known = nil }
    }
    inputs[input].scaler = scaler
  }
}
