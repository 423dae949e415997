// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import Testing
import _MainspringTestSupport

@Suite(.enabled(if: countsAllocations, "sanitizers replace malloc"))
struct AllocationTests {
  @Test func theCounterCounts() throws {
    var kept: [Int] = []
    let array = allocations { kept = Array(repeating: 7, count: 100) }
    #expect(array > 0 && kept.count == 100)
    let plan = try WindowPlan(try meanModel(time: 10, channels: 3), hop: 5)
    let options = AlignmentOptions(rate: 50, channelCount: 3)
    let stream = try allocations { _ = try Stream(plan, options) }
    #expect(stream > 0)
  }

  @Test(arguments: StatefulModels.Layer.allCases, [NodePrecision.float32, .int8, .dynamic])
  func carryingStateOnAllocatesNothing(
    layer: StatefulModels.Layer, precision: NodePrecision
  ) throws {
    var models = StatefulModels(seed: 8)
    let graph = try models.quantized(
      try models.graph(layer, time: 10, units: 20, sequence: false), precision)
    var stream = try Stream(model: graph, rate: 50, mode: .stateful)
    let sample: [Float] = [0.25, -0.5, 1]
    var (time, hops, samples): (Int64, UInt64, Int) = (0, 0, 0)
    var counts: [Int64] = []
    for goal in [10, 2010] as [UInt64] {
      let count = try allocations {
        while hops < goal {
          samples += 1
          time += (samples % 997 == 0 ? 200 : 20) * millisecond
          try stream.push(sample.span, at: time) { _ in hops += 1 }
        }
      }
      counts.append(count)
    }
    #expect(counts[1] == 0, "\(counts)")
    #expect(stream.windowCount == hops && stream.gapCount > 0)
  }

  @Test(arguments: [WindowPlan.Mode.incremental, .whole])
  func aHundredThousandHopsAllocateNothing(mode: WindowPlan.Mode) throws {
    var graph = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    // Rows are scaled as well.
    var contract = ModelContract()
    contract.inputs = [ModelContract.Input()]
    contract.inputs[0].scaler = Scaler(means: [0, 1, 2, 0, 0, 0], deviations: [1, 1, 1, 2, 2, 2])
    try graph.setContract(contract)
    var rules = DecisionRules(classCount: 5)
    (rules.smoothing, rules.minimumDuration, rules.refractory) = (3, 60_000_000, second)
    rules.known = KnownWindows(
      center: [Float](repeating: 0, count: 12), spread: [Float](repeating: 1, count: 12), limit: 9)
    var options = AlignmentOptions(
      rate: 50, channelCount: 6,
      sensors: [SensorSource(channels: [0, 1, 2]), SensorSource(channels: [3, 4, 5])])
    options.reorderDelay = 40 * millisecond
    let plan = try WindowPlan(graph, hop: 2, mode: mode)
    var stream = try Stream(plan, options, rules: rules)
    #expect(stream.isIncremental == (mode == .incremental))
    var random = SplitMix64(seed: 4)
    var time: Int64 = 0
    var (hops, events, pushed) = (0, 0, 0)
    let values = random.floats(3 * 64, from: -12, to: 12)
    var samples: [[Float]] = []
    for index in 0..<64 { samples.append(Array(values[index * 3..<index * 3 + 3])) }
    var counts: [Int64] = []
    // The first round sets up metadata of types in unoptimised code.
    for goal in [100, 100_100] {
      let count = try allocations {
        while hops < goal {
          time += 17 * millisecond + Int64(random.index(below: 6)) * millisecond
          // Now and then a gap, a burst in the wrong order, a sample that is none.
          if random.index(below: 500) == 0 { time += 300 * millisecond }
          for sensor in 0..<2 {
            let late = random.index(below: 40) == 0 ? 30 * millisecond : 0
            pushed += 1
            let sample = samples[pushed & 63]
            try stream.push(sample.span, from: sensor, at: time - late) { decision in
              hops += 1
              if decision.event != nil { events += 1 }
            }
          }
        }
      }
      counts.append(count)
    }
    #expect(counts[1] == 0, "\(counts)")
    #expect(stream.gapCount > 100 && stream.counts.late + stream.counts.used > 200_000)
  }
}
