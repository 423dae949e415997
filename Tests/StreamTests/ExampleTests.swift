// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// What README and the article show is what is compiled here, line by line.
@Suite struct ExampleTests {
  private func decisions(
    path: String, sample: [Float], at nanoseconds: Int64
  ) throws -> (events: [Event], windowCount: UInt64) {
    var events: [Event] = []
    func show(_ event: Event) { events.append(event) }
    let model = try Graph(contentsOf: path)
    var stream = try Stream(model: model, rate: 50, hop: 10)
    try stream.push(sample, at: nanoseconds) { decision in  // no allocation, no lock
      if let event = decision.event { show(event) }
    }
    for step in 1..<200 as Range<Int64> {
      try stream.push(sample, at: nanoseconds + step * 20 * millisecond) { _ in }
    }
    return (events, stream.windowCount)
  }

  @Test func theExampleStreams() throws {
    let found = try decisions(
      path: Location.fixture("quantized/gesture-int8.tflite"),
      sample: [0, 0, 1, 0, 0, 0], at: second)
    #expect(found.windowCount == 16 && found.events.isEmpty)
  }

  @Test(arguments: ["README.md", "Sources/Mainspring/Mainspring.docc/Streaming.md"])
  func documentsShowIt(path: String) throws {
    let shown = try lines(try readFile("\(Location.packageRoot)/\(path)"))
    let compiled = try lines(
      try readFile("\(Location.packageRoot)/Tests/StreamTests/ExampleTests.swift"))
    let first = try #require(shown.firstIndex { $0.hasPrefix("let model = try Graph") })
    let block = shown[first...].prefix { !$0.hasPrefix("```") }.map {
      $0.split(separator: "\"model.tflite\"", omittingEmptySubsequences: false)
        .joined(separator: "path")
    }
    #expect(block.count == 5)
    let start = try #require(compiled.firstIndex(of: block[0]))
    #expect(Array(compiled[start..<start + block.count]) == block)
  }

  private func lines(_ text: [UInt8]) throws -> [String] {
    String(decoding: text, as: UTF8.self).split(separator: "\n").map { line in
      String(line.drop { $0 == " " })
    }
  }
}

/// Streams of one plan, each on a task of its own.
@Suite struct SharingTests {
  @Test(arguments: [WindowPlan.Mode.incremental, .whole, .stateful])
  func streamsOfOnePlanDoNotDisturbEachOther(mode: WindowPlan.Mode) async throws {
    let graph = try Graph(contentsOf: Location.fixture("quantized/gesture-int8.tflite"))
    let plan = try WindowPlan(graph, hop: mode == .stateful ? 50 : 2, mode: mode)
    let alone = try Self.decisions(plan, seed: 3)
    #expect(alone.count >= 10)
    try await withThrowingTaskGroup(of: (UInt64, [Decision]).self) { group in
      for seed in [3, 4, 3, 4] as [UInt64] {
        group.addTask { (seed, try Self.decisions(plan, seed: seed)) }
      }
      for try await (seed, found) in group { #expect((found == alone) == (seed == 3)) }
    }
  }

  private static func decisions(_ plan: WindowPlan, seed: UInt64) throws -> [Decision] {
    var random = SplitMix64(seed: seed)
    var stream = try Stream(plan, AlignmentOptions(rate: 50, channelCount: 6))
    var found: [Decision] = []
    for step in 0..<600 as Range<Int64> {
      try stream.push(random.floats(6, from: -2, to: 2), at: step * 20 * millisecond) {
        found.append($0)
      }
    }
    return found
  }
}
