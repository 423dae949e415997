// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Finds what to compute more finely until a quantized model is within its budget.
///
/// What is raised together are the operators at both ends of one scale: a value is only more
/// precise when who writes it and who reads it both are. Each such step is measured alone; then
/// steps are taken in the order of what they bring until the budget holds, first to int16
/// activations (or, where an operator has none, float activations with int8 weights), then to
/// floats. At last steps that turned out not to be needed are taken back.
public struct PrecisionSearch {
  /// Operators that are computed more finely together.
  public struct Step: Hashable, Sendable {
    /// The value whose precision is raised: where it is first computed.
    public let value: ValueID
    /// Nodes of the graph.
    public let nodes: [Int]
    /// To floats, or to what is next finer than int8.
    public let isFloat: Bool
  }

  public struct Outcome: Sendable {
    public let plan: QuantizationPlan
    public let model: QuantizedModel
    public let agreement: Agreement
    /// What was raised, in the order of what it brings.
    public let steps: [Step]
    /// What each step brings alone.
    public let sensitivities: [Step: Agreement]
  }

  private let graph: Graph
  private let ranges: Ranges
  private let plan: QuantizationPlan
  private let budget: AccuracyBudget
  private let evaluate: (Graph) throws(QuantizationError) -> Agreement

  /// - Parameters:
  ///   - graph: a float graph in integer form, equalized or not.
  ///   - ranges: of the graph.
  ///   - plan: the coarsest precision to start from.
  ///   - evaluate: how well a quantized graph agrees with the float model.
  public init(
    _ graph: Graph, _ ranges: Ranges, _ plan: QuantizationPlan, _ budget: AccuracyBudget,
    evaluate: @escaping (Graph) throws(QuantizationError) -> Agreement
  ) {
    self.graph = graph
    self.ranges = ranges
    self.plan = plan
    self.budget = budget
    self.evaluate = evaluate
  }

  /// - Parameter progress: is told of each model measured.
  /// - Throws: ``QuantizationError/budget(_:)`` with the best agreement when nothing holds, or what
  ///   quantizing and evaluating throw.
  /// - Complexity: up to four evaluations for each scale of the graph.
  public func run(progress: (Agreement) -> Void = { _ in }) throws(QuantizationError) -> Outcome {
    var best = try measured([], progress)
    if budget.holds(best.agreement) { return best }
    var sensitivities: [Step: Agreement] = [:]
    var taken: [Step] = []
    for isFloat in [false, true] {
      let steps = self.steps(isFloat: isFloat)
      for step in steps {
        if let outcome = try attempted([step], progress) {
          sensitivities[step] = outcome.agreement
        }
      }
      let order = steps.filter { sensitivities[$0] != nil }.sorted { a, b in
        let errors = [a, b].map { sensitivities[$0]?.scoreError ?? .infinity }
        return errors[0] != errors[1] ? errors[0] < errors[1] : a.value < b.value
      }
      for step in order {
        guard let next = try attempted(taken + [step], progress) else { continue }
        // Coarse values hide each other's errors at times; what makes things worse is left out.
        if next.agreement.scoreError > best.agreement.scoreError { continue }
        taken.append(step)
        best = next
        if budget.holds(best.agreement) {
          return try pruned(taken, best, sensitivities, progress)
        }
      }
    }
    throw .budget(best.agreement)
  }

  private func pruned(
    _ steps: [Step], _ outcome: Outcome, _ sensitivities: [Step: Agreement],
    _ progress: (Agreement) -> Void
  ) throws(QuantizationError) -> Outcome {
    var taken = steps
    var best = outcome
    for step in steps.reversed() where taken.count > 1 {
      let fewer = taken.filter { $0 != step }
      if let next = try attempted(fewer, progress), budget.holds(next.agreement) {
        taken = fewer
        best = next
      }
    }
    return Outcome(
      plan: best.plan, model: best.model, agreement: best.agreement, steps: taken,
      sensitivities: sensitivities)
  }

  /// Nil when such a model cannot be computed, as with scales too far from each other.
  private func attempted(
    _ steps: [Step], _ progress: (Agreement) -> Void
  ) throws(QuantizationError) -> Outcome? {
    do throws(QuantizationError) {
      return try measured(steps, progress)
    } catch {
      if case .plan = error { return nil }
      throw error
    }
  }

  private func measured(_ steps: [Step], _ progress: (Agreement) -> Void)
    throws(QuantizationError) -> Outcome
  {
    var plan = self.plan
    for step in steps {
      for node in step.nodes {
        let operation = graph.nodes[node].operation
        let wanted: NodePrecision =
          step.isFloat ? .float32 : operation.supports(.int16) ? .int16 : .dynamic
        plan.precisions[node] = plan.precisions[node].finer(wanted)
      }
    }
    let model = try Quantizer(graph, ranges, plan).model()
    let agreement = try evaluate(model.graph)
    progress(agreement)
    return Outcome(
      plan: plan, model: model, agreement: agreement, steps: steps, sensitivities: [:])
  }

  /// The operators at both ends of each scale, in the order of the values.
  private func steps(isFloat: Bool) -> [Step] {
    let resolved = ResolvedPlan(plan, graph, ranges)
    let groups = ScaleGroups(graph, resolved, ranges)
    var nodes: [ValueID: Set<Int>] = [:]
    for (index, node) in graph.nodes.enumerated()
    where !node.operation.keepsScale && resolved.precisions[index] == .int8 {
      for value in node.inputs + [node.output] where graph.values[value].constant == nil {
        nodes[groups.root(of: value), default: []].insert(index)
      }
    }
    return nodes.keys.sorted().map { value in
      Step(value: value, nodes: (nodes[value] ?? []).sorted(), isFloat: isFloat)
    }
  }
}

extension NodePrecision {
  /// The finer of the two.
  func finer(_ other: NodePrecision) -> NodePrecision {
    let order = NodePrecision.allCases
    let (a, b) = (order.firstIndex(of: self) ?? 0, order.firstIndex(of: other) ?? 0)
    return a >= b ? self : other
  }
}
