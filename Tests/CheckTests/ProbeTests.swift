// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringCheck

/// Inputs to ask: reproducible, within bounds, of the shapes they claim.
struct ProbeTests {
  private func source(seed: UInt64, windows: ProbeWindows? = nil) throws -> ProbeSource {
    ProbeSource(inputs: [try Shape([1, 20, 3])], windows: windows, seed: seed)
  }

  private func windows() -> ProbeWindows {
    var windows = ProbeWindows(sizes: [60])
    for index in 0..<7 { windows.append([(0..<60).map { Float($0 + 100 * index) }]) }
    return windows
  }

  @Test(arguments: [ProbeFamily.noise, .range, .structured])
  func seedsDecideAlone(family: ProbeFamily) throws {
    let (a, b, c) = (try source(seed: 1), try source(seed: 1), try source(seed: 2))
    // In whatever order they are asked for.
    let later = (0..<40).reversed().map { b.probe(family, $0, of: 40) }
    #expect((0..<40).map { a.probe(family, $0, of: 40) } == later.reversed())
    #expect(
      (0..<40).map { a.probe(family, $0, of: 40) } != (0..<40).map { c.probe(family, $0, of: 40) })
    #expect(Set((0..<40).map { a.probe(family, $0, of: 40) }).count >= 35)
  }

  /// Every other input is of the alternative, of signals every other turn of all kinds; windows are
  /// nobody's alternative.
  @Test func alternativesAreKnownAsSuch() throws {
    let far = [ChannelRange](repeating: ChannelRange(900, 1000), count: 3)
    let near = [ChannelRange](repeating: .normalized, count: 3)
    let source = ProbeSource(
      inputs: [try Shape([1, 20, 3])], ranges: [far], alternatives: [near], seed: 4)
    for family in [ProbeFamily.noise, .range] {
      for index in 0..<20 {
        let isNear = source.probe(family, index, of: 20)[0].allSatisfy { abs($0) < 100 }
        #expect(source.isAlternative(family, index) == isNear)
      }
    }
    #expect((0..<40).contains { source.isAlternative(.structured, $0) })
    #expect(!(0..<40).contains { source.isAlternative(.windows, $0) })
    let plain = ProbeSource(inputs: [try Shape([1, 20, 3])], ranges: [far], seed: 4)
    #expect(!(0..<40).contains { plain.isAlternative(.noise, $0) })
  }

  @Test func noiseHasTheMomentsOfTheChannels() throws {
    let ranges = [
      ChannelRange(mean: 5, deviation: 2, lowest: 0, highest: 9), .normalized, ChannelRange(-1, 1),
    ]
    let source = ProbeSource(inputs: [try Shape([1, 20, 3])], ranges: [ranges], seed: 9)
    var moments = Moments(count: 3)
    for index in 0..<500 {
      let values = source.probe(.noise, index, of: 500)[0]
      for row in 0..<20 { moments.add(Array(values[row * 3..<row * 3 + 3])) }
    }
    for (index, range) in ranges.enumerated() {
      #expect(abs(moments.means[index] - Double(range.mean)) < 0.05 * Double(range.deviation))
      #expect(abs(moments.variances[index].squareRoot() / Double(range.deviation) - 1) < 0.05)
    }
    let uniform = source.probe(.range, 3, of: 500)[0]
    for (index, value) in uniform.enumerated() {
      #expect(value >= ranges[index % 3].lowest && value < ranges[index % 3].highest)
    }
  }

  @Test func windowsAreSpreadOverThoseGiven() throws {
    let source = try source(seed: 1, windows: windows())
    #expect(source.count(of: .windows, wanted: 100) == 7)
    #expect((0..<3).map { source.probe(.windows, $0, of: 3)[0][0] } == [0, 200, 400])
    #expect(try self.source(seed: 1).count(of: .windows, wanted: 100) == 0)
  }

  @Test func structuredProbesAreWhatTheyAreCalled() throws {
    let source = try source(seed: 5, windows: windows())
    let kinds = StructuredProbe.allCases
    for round in 0..<10 {
      let probes = Dictionary(
        uniqueKeysWithValues: kinds.enumerated().map { index, kind in
          (kind, source.probe(.structured, round * kinds.count + index, of: 1000)[0])
        })
      #expect(probes[.zero] == [Float](repeating: 0, count: 60))
      let constant = try #require(probes[.constant])
      #expect((3..<60).allSatisfy { constant[$0] == constant[$0 - 3] })
      let impulse = try #require(probes[.impulse])
      let rest = source.ranges[0].map(\.mean)
      #expect((0..<60).count { impulse[$0] != rest[$0 % 3] } == 1)
      // Given windows rise by one from element to element; backwards rows fall by three.
      let reversed = try #require(probes[.reversed])
      #expect(reversed[3] - reversed[0] == -3 && reversed[1] - reversed[0] == 1)
      let swapped = try #require(probes[.swapped])
      #expect(
        swapped[3] - swapped[0] == 3 && swapped[1] - swapped[0] != 1 || swapped[2] - swapped[1] != 1
      )
      let step = try #require(probes[.step])
      #expect((1..<20).count { step[$0 * 3] != step[$0 * 3 - 3] } <= 1)
    }
  }

  @Test func vectorsHaveAChannelForEachFeature() throws {
    let shape = try Shape([1, 12])
    let source = ProbeSource(inputs: [shape], seed: 2)
    #expect(source.ranges[0].count == 12)
    #expect(source.probe(.structured, 3, of: 10)[0].count == 12)
  }

  /// Means are of what is finite.
  @Test func rangesLeaveOutWhatIsNotFinite() throws {
    var windows = ProbeWindows(sizes: [6])
    windows.append([[2, .nan, 4, 8, .infinity, 8]])
    let ranges = windows.ranges(of: 0, channels: 2)
    #expect(ranges.map(\.mean) == [3, 8] && ranges.map(\.deviation) == [1, 0])
    #expect(ranges[0].lowest == 2 && ranges[0].highest == 4)
  }
}
