// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

extension Stream {
  /// Makes a model ready and opens a stream on it.
  ///
  /// ```swift
  /// let model = try Graph(contentsOf: "model.tflite")
  /// var stream = try Stream(model: model, hop: 10)
  /// ```
  /// What is not given is what the model's contract says. Several streams of one model share a
  /// ``WindowPlan`` instead, and sensors with clocks of their own are told by ``AlignmentOptions``.
  ///
  /// - Parameters:
  ///   - rate: rows a second.
  ///   - hop: rows between windows; half a window where the model does not say either, and a window
  ///     where state is carried on.
  ///   - channels: names of a sample's values in their order, each one of the model's channels; nil
  ///     for the model's order.
  ///   - rules: without any, a threshold of one half and no average.
  ///   - mode: how a window follows the one before.
  ///   - isScaled: samples are scaled; otherwise they are raw, and scaled by the model's scaler.
  /// - Throws: ``StreamSetupError``.
  /// - Complexity: allocates everything the stream ever needs; the model is not kept.
  public init(
    model: Graph, rate: Double? = nil, hop: Int? = nil, channels: [String]? = nil,
    rules: DecisionRules? = nil, mode: WindowPlan.Mode = .incremental, isScaled: Bool = false,
    instructionSet: InstructionSet = .best
  ) throws(StreamSetupError) {
    let plan = try Stream.plan(model, hop, mode, instructionSet)
    let alignment = try Stream.alignment(rate, channels, model)
    try self.init(ready: plan, alignment, rules, isScaled: isScaled)
  }

  /// The same with sensors of which each has a clock of its own.
  public init(
    model: Graph, alignment: AlignmentOptions, hop: Int? = nil, rules: DecisionRules? = nil,
    mode: WindowPlan.Mode = .incremental, isScaled: Bool = false,
    instructionSet: InstructionSet = .best
  ) throws(StreamSetupError) {
    let plan = try Stream.plan(model, hop, mode, instructionSet)
    try self.init(ready: plan, alignment, rules, isScaled: isScaled)
  }

  private init(
    ready plan: WindowPlan, _ alignment: AlignmentOptions?, _ rules: DecisionRules?, isScaled: Bool
  ) throws(StreamSetupError) {
    do throws(StreamError) {
      try self.init(plan, alignment, rules: rules, isScaled: isScaled)
    } catch {
      throw .stream(error)
    }
  }

  private static func plan(
    _ model: Graph, _ hop: Int?, _ mode: WindowPlan.Mode, _ instructionSet: InstructionSet
  ) throws(StreamSetupError) -> WindowPlan {
    if let hop, hop < 1 { throw .hop(found: hop) }
    do throws(PlanError) {
      return try WindowPlan(model, hop: hop, mode: mode, instructionSet: instructionSet)
    } catch {
      throw .model(error)
    }
  }

  /// - Returns: nil for what the model's contract says.
  private static func alignment(
    _ rate: Double?, _ names: [String]?, _ model: Graph
  ) throws(StreamSetupError) -> AlignmentOptions? {
    if rate == nil, names == nil { return nil }
    guard let rate = rate ?? model.contract?.sampleRate else {
      throw .stream(.options(.modelRate))
    }
    guard let names else {
      let channelCount = model.inputs.first.map { model.shape(of: $0).channels } ?? 0
      return AlignmentOptions(rate: rate, channelCount: channelCount)
    }
    let known = model.contract?.channels.map { $0.name } ?? []
    let channels = names.compactMap { known.firstIndex(of: $0) }
    guard names.count == known.count, Set(channels).count == known.count else {
      throw .channels(expected: known, found: names)
    }
    return AlignmentOptions(
      rate: rate, channelCount: known.count,
      sensors: [SensorSource(channels: channels, rate: rate)])
  }
}

extension Stream {
  /// Takes a sample in and hands out the decisions that follow from it.
  ///
  /// - Throws: ``StreamError`` as ``insert(_:from:at:)`` does.
  public mutating func push(
    _ values: [Float], from sensor: Int = 0, at time: Int64, _ body: (Decision) -> Void
  ) throws(StreamError) {
    try push(values.span, from: sensor, at: time, body)
  }
}
