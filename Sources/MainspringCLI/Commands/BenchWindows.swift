// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck
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
      let files = try WindowFiles(
        paths, plan, arguments, scaling: try InputScaling([plan], arguments))
      for index in 0..<min(files.count, most) { windows.append(try files.window(index)) }
    }
  }

  /// Numbers over the range of an integer input, and from −1 to 1 for floats.
  private mutating func makeUp(_ plan: Plan, count: Int) {
    var random = ProbeGenerator(seed: 1)
    for _ in 0..<count {
      windows.append(
        plan.inputs.map { port in
          let bound: Float = port.type.quantization.map { abs($0.scales.first ?? 1) * 128 } ?? 1
          return (0..<port.shape.elementCount).map { _ in random.uniform(-1, 1) * bound }
        })
    }
  }
}
