// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringNumPy

/// The windows a benchmark goes round and round, in memory.
struct BenchWindows {
  /// The elements of each window, input after input.
  private(set) var windows: [[[Float]]] = []

  /// More than this many floats are not kept.
  private static let limit = 1 << 22
  private static let randomCount = 64

  /// Reads the files, one for each input of the plan, or makes windows up without any.
  init(_ paths: [String], _ plan: Plan, _ arguments: ParsedArguments) throws(Failure) {
    var size = 1
    for input in plan.inputs { size += input.shape.elementCount }
    let most = max(BenchWindows.limit / size, 1)
    if paths.isEmpty {
      makeUp(plan, count: min(BenchWindows.randomCount, most))
    } else {
      let files = try WindowFiles(paths, plan, arguments)
      guard files.count > 0 else {
        throw Failure(.badData, "\(paths[0]): expected at least one window, found none")
      }
      for index in 0..<min(files.count, most) { windows.append(try files.window(index)) }
    }
  }

  /// Numbers over the range of an integer input, and from −1 to 1 for floats.
  private mutating func makeUp(_ plan: Plan, count: Int) {
    var random = SplitMix64(seed: 1)
    for _ in 0..<count {
      windows.append(
        plan.inputs.map { port in
          let bound: Float = port.type.quantization.map { abs($0.scales.first ?? 1) * 128 } ?? 1
          return (0..<port.shape.elementCount).map { _ in random.float() * bound }
        })
    }
  }
}

/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
private struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// From −1 up to 1.
  mutating func float() -> Float {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Float((z ^ (z >> 31)) >> 40) * 0x1p-23 - 1
  }
}
