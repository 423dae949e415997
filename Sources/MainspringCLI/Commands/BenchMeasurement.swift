// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// What a benchmark of one model found; times are in nanoseconds.
struct BenchMeasurement {
  /// From the path to a plan.
  struct Load {
    /// The file opened and mapped; nil for one that only the helper opens.
    let mapped: Int64?
    /// Its bytes checked, and the graph made of them.
    let read: Int64
    /// The graph checked and optimised.
    let check: Int64
    /// Memory laid out and steps decided.
    let plan: Int64
    /// Weights packed.
    let pack: Int64
    /// The golden vectors of the model replayed, as `run` and `stream` do; nil without any.
    let selfTest: Int64?

    /// Without the self-test, which programs may leave out.
    var total: Int64 { (mapped ?? 0) + read + check + plan + pack }
  }

  /// One operator of the plan, with what was fused into it.
  struct Part {
    let name: String
    let kind: String
    let multiplyAccumulates: Int
    /// The median over windows.
    let time: Int64
  }

  let model: String
  let precision: String
  let instructionSet: InstructionSet
  let multiplyAccumulates: Int
  let arenaByteCount: Int
  let weightByteCount: Int
  let load: Load
  /// From the path to the result of the first window.
  let firstResult: Int64
  /// In ascending order; never empty.
  let times: [Int64]
  /// Whether caches were warm and the next window came at once.
  let isSteady: Bool
  /// Empty unless asked for.
  let parts: [Part]
  /// Nil unless asked for.
  var batch: BenchBatch?

  /// The smallest time that as many windows do not exceed; `share` from 0 to 1.
  func percentile(_ share: Double) -> Int64 {
    let rank = Int((share * Double(times.count)).rounded(.up))
    return times[min(max(rank - 1, 0), times.count - 1)]
  }

  var median: Int64 { percentile(0.5) }
  var windowsPerSecond: Double { 1e9 / Double(max(median, 1)) }

  /// A hint that something else ran on the machine; nil for a calm measurement.
  var noise: String? {
    let (high, median) = (percentile(0.99), max(median, 1))
    guard isSteady, times.count >= 100, high > 2 * median else { return nil }
    let factor = rounded(Double(high) / Double(median), 1)
    return "the machine is noisy: p99 is \(factor) times p50; min and p50 say more"
  }
}
