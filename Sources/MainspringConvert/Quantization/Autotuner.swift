// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Tries ways of quantizing a graph and keeps the one whose results are closest to the float model.
///
/// One choice is improved at a time: the method, whether channels are equalized and the rounding of
/// weights compensated, then the method for the inputs, whose channels share a scale by force.
/// Closeness is ``Agreement/scoreError``.
public struct Autotuner {
  /// A recipe and what came of it.
  public struct Outcome: Sendable {
    public let recipe: QuantizationRecipe
    /// The float graph as it was quantized: equalized, or as it came.
    public let graph: Graph
    public let ranges: Ranges
    public let model: QuantizedModel
    /// On the windows the evaluation runs.
    public let agreement: Agreement
  }

  private let calibration: Calibration
  private let plan: QuantizationPlan
  private let methods: [CalibrationMethod]
  private let evaluate: (Graph) throws(QuantizationError) -> Agreement
  private let rangesByMethod: [CalibrationMethod: Ranges]
  /// By value: the first value of the same scale.
  private let roots: [ValueID]

  /// - Parameters:
  ///   - calibration: with moments, if rounding may be compensated.
  ///   - plan: for the calibrated graph.
  ///   - methods: at least one; of several the best is taken.
  ///   - evaluate: how well a quantized graph agrees with the float model on windows that were not
  ///     calibrated on, such as ``ModelComparison/agreement(of:)``.
  public init(
    _ calibration: Calibration, _ plan: QuantizationPlan,
    methods: [CalibrationMethod] = CalibrationMethod.candidates,
    evaluate: @escaping (Graph) throws(QuantizationError) -> Agreement
  ) {
    precondition(!methods.isEmpty, "a method to calibrate by")
    self.calibration = calibration
    self.plan = plan
    self.methods = methods
    self.evaluate = evaluate
    var rangesByMethod: [CalibrationMethod: Ranges] = [:]
    for method in methods { rangesByMethod[method] = calibration.ranges(method) }
    self.rangesByMethod = rangesByMethod
    let graph = calibration.graph
    let ranges = rangesByMethod[methods[0]] ?? calibration.ranges(methods[0])
    let groups = ScaleGroups(graph, ResolvedPlan(plan, graph, ranges), ranges)
    roots = graph.values.indices.map { groups.root(of: $0) }
  }

  /// - Parameter progress: is told of each recipe tried.
  /// - Throws: ``QuantizationError`` when the graph cannot be quantized or run.
  /// - Complexity: one evaluation for each method, two more, and up to two for each input.
  public func best(progress: (Outcome) -> Void = { _ in }) throws(QuantizationError) -> Outcome {
    var best = try outcome(
      QuantizationRecipe(
        methods[0], equalization: Autotuner.strength,
        compensatesRounding: calibration.hasMoments))
    progress(best)
    for method in methods.dropFirst() {
      try improve(&best, progress) { $0.method = method }
    }
    try improve(&best, progress) { $0.equalization = nil }
    if best.recipe.compensatesRounding {
      try improve(&best, progress) { $0.compensatesRounding = false }
    }
    for input in calibration.graph.inputs {
      for method in methods where method.isPercentile && method != best.recipe.method {
        try improve(&best, progress, atLeast: 0.05) { $0.inputMethods[input] = method }
      }
    }
    return best
  }

  /// What served three gesture models best among quarters from 0 to 1.
  private static let strength: Float = 0.75

  /// - Parameter share: of the error that has to go. The windows are few: what brings next to
  ///   nothing on them may cost as much on others.
  private func improve(
    _ best: inout Outcome, _ progress: (Outcome) -> Void, atLeast share: Double = 0,
    _ change: (inout QuantizationRecipe) -> Void
  ) throws(QuantizationError) {
    let outcome = try outcome(best.recipe.with(change))
    progress(outcome)
    if outcome.agreement.scoreError < best.agreement.scoreError * (1 - share) { best = outcome }
  }

  /// The graph by a recipe, and how well it agrees.
  ///
  /// - Throws: ``QuantizationError`` when the graph cannot be quantized or run.
  public func outcome(_ recipe: QuantizationRecipe) throws(QuantizationError) -> Outcome {
    var ranges = ranges(recipe)
    var graph = calibration.graph
    if let strength = recipe.equalization {
      do throws(GraphError) {
        (graph, ranges) = try ChannelEqualization(strength: strength).applied(to: graph, ranges)
      } catch {
        throw .graph(error)
      }
    }
    let model = try Quantizer(graph, ranges, plan).model()
    return Outcome(
      recipe: recipe, graph: graph, ranges: ranges, model: model,
      agreement: try evaluate(model.graph))
  }

  private func ranges(by method: CalibrationMethod) -> Ranges {
    rangesByMethod[method] ?? calibration.ranges(method)
  }

  private func ranges(_ recipe: QuantizationRecipe) -> Ranges {
    var result = ranges(by: recipe.method)
    for (input, method) in recipe.inputMethods {
      let other = ranges(by: method)
      for (value, root) in roots.enumerated() where root == roots[input] {
        result.chosen[value] = other.chosen[value]
        result.channels[value] = other.channels[value]
      }
    }
    if !recipe.compensatesRounding { result.moments = [:] }
    return result
  }
}
