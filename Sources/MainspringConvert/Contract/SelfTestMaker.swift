// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime

/// Golden vectors of a float model, and how far other forms of it are from them.
///
/// Inputs that tell a healthy model from a broken one have answers that differ by much more than
/// the tolerance: among some seeds and widths each form takes what does that best.
struct SelfTestMaker {
  /// With the float model's answers; tolerances are not known yet.
  private let candidates: [GoldenVectors]
  /// Numbers in all outputs of a window.
  private let size: Int

  /// Numbers stored for two windows, and for one.
  private static let (pairLimit, limit) = (512, 16384)
  /// Multiply-accumulates to spend on the choice.
  private static let workLimit = 100_000_000
  private static let seedCount: UInt64 = 16
  /// Widths as shares of what an input can be; wide noise saturates integers.
  private static let widths: [Float] = [0.5, 0.2, 1]

  /// - Parameter graph: the float model, its ranges in its contract.
  /// - Returns: nil for models that cannot be run here, do not answer with finite numbers, or answer
  ///   with very many.
  init?(_ graph: Graph) {
    let plan: Plan
    do throws(PlanError) { plan = try Plan(graph) } catch { return nil }
    var size = 0
    for output in plan.outputs { size += output.shape.elementCount }
    guard size > 0, size <= SelfTestMaker.limit else { return nil }
    self.size = size
    let count = 2 * size <= SelfTestMaker.pairLimit ? 2 : 1
    let work = max(plan.multiplyAccumulates * count, 1)
    let most = max(SelfTestMaker.workLimit / work, 1)
    var contract = graph.contract ?? ModelContract()
    let hasRanges = contract.inputs.contains { !$0.ranges.isEmpty }
    let bounds = hasRanges ? (0, 1) : SelfTestMaker.range(plan)
    var candidates: [GoldenVectors] = []
    for seed in 1...SelfTestMaker.seedCount {
      for width in SelfTestMaker.widths where candidates.count < most {
        let (center, reach) = ((bounds.0 + bounds.1) / 2, (bounds.1 - bounds.0) / 2 * width)
        var golden = GoldenVectors(
          inputs: .seeded(seed: seed, low: center - reach, high: center + reach),
          windowCount: count, outputs: [], tolerance: 0)
        contract.golden = golden
        plan.answer(count, contract) { _, _, values in golden.outputs += values }
        if golden.outputs.allSatisfy({ $0.isFinite }) { candidates.append(golden) }
      }
    }
    if candidates.isEmpty { return nil }
    self.candidates = candidates
  }

  /// The vectors for one form of the model: its tolerance is twice the largest difference on any
  /// instruction set of this machine, and what floats may differ from processor to processor.
  ///
  /// - Parameter graph: as a reader of the file has it.
  /// - Returns: nil for models that cannot be run here or do not answer with finite numbers.
  func vectors(for graph: Graph) -> GoldenVectors? {
    var plans: [Plan] = []
    for set in InstructionSet.available {
      do throws(PlanError) {
        plans.append(try Plan(graph, instructionSet: set))
      } catch {
        return nil
      }
    }
    guard let fastest = plans.last else { return nil }
    var best: (golden: GoldenVectors, power: Float)?
    for candidate in candidates {
      guard let tolerance = tolerance(of: candidate, graph, [fastest]) else { continue }
      let spread = zip(candidate.outputs, candidate.outputs.dropFirst(size)).map { abs($0 - $1) }
      let power = (spread.max() ?? 1) / tolerance
      if best == nil || power > (best?.power ?? 0) { best = (candidate, power) }
    }
    guard var golden = best?.golden, let tolerance = tolerance(of: golden, graph, plans) else {
      return nil
    }
    golden.tolerance = tolerance
    return golden
  }

  private func tolerance(of golden: GoldenVectors, _ graph: Graph, _ plans: [Plan]) -> Float? {
    var contract = graph.contract ?? ModelContract()
    contract.golden = golden
    var distance: Float = 0
    for plan in plans {
      guard let worst = plan.distance(of: golden, contract), worst.distance.isFinite else {
        return nil
      }
      distance = max(distance, worst.distance)
    }
    let largest = golden.outputs.map { abs($0) }.max() ?? 0
    let tolerance = 2 * distance + 1e-4 * max(largest, 1)
    return tolerance.isFinite ? tolerance : nil
  }

  /// What all integer inputs can hold, or what scaled values are like.
  private static func range(_ plan: Plan) -> (Float, Float) {
    var bounds: (Float, Float)?
    for input in plan.inputs {
      guard let scale = input.type.quantization?.scale,
        let zero = input.type.quantization?.zeroPoint
      else { continue }
      let most: Float = input.type.elementType == .int16 ? 32767 : 127
      let (low, high) = ((-most - Float(zero)) * scale, (most - Float(zero)) * scale)
      bounds = (max(bounds?.0 ?? low, low), min(bounds?.1 ?? high, high))
    }
    guard let bounds, bounds.0 <= bounds.1 else { return (-2, 2) }
    return bounds
  }
}
