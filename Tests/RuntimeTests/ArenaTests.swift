// SPDX-License-Identifier: Apache-2.0

import MainspringRuntime
import Testing
import _MainspringTestSupport

@Suite struct ArenaTests {
  @Test func regionsAliveTogetherNeverOverlap() {
    for seed in 0..<50 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var arena = Arena(limit: 1 << 20, reusesMemory: true)
      var alive: [Arena.Region] = []
      for _ in 0..<300 {
        if alive.isEmpty || random.index(below: 5) < 3 {
          guard let region = arena.take(random.index(below: 400)) else {
            Issue.record("the arena is full, seed \(seed)")
            return
          }
          #expect(region.word % 16 == 0)
          #expect(region.end <= arena.wordCount)
          for other in alive {
            #expect(region.end <= other.word || other.end <= region.word, "seed \(seed)")
          }
          if region.count > 0 { alive.append(region) }
        } else {
          arena.give(alive.remove(at: random.index(below: alive.count)))
        }
      }
    }
  }

  @Test func givenBackMemoryMerges() {
    var arena = Arena(limit: 1000, reusesMemory: true)
    let regions = (0..<4).compactMap { _ in arena.take(16) }
    for index in [1, 3, 0, 2] { arena.give(regions[index]) }
    #expect(arena.take(64) == Arena.Region(word: 0, count: 64))
    #expect(arena.wordCount == 64)
  }

  @Test func theLastFreeRegionGrows() {
    var arena = Arena(limit: 1000, reusesMemory: true)
    let region = arena.take(16)!
    arena.give(region)
    #expect(arena.take(48) == Arena.Region(word: 0, count: 48))
    #expect(arena.wordCount == 48)
  }

  @Test func refusesMoreThanTheLimit() {
    var arena = Arena(limit: 64, reusesMemory: true)
    #expect(arena.take(65) == nil)
    #expect(arena.take(Int.max) == nil)
    #expect(arena.take(48) != nil)
    #expect(arena.take(17) == nil)
    #expect(arena.take(16) != nil)
    #expect(arena.take(1) == nil)
  }

  @Test func manyHolesAreForgottenRatherThanSearched() {
    var arena = Arena(limit: 1 << 24, reusesMemory: true)
    let regions = (0..<20_000).compactMap { _ in arena.take(16) }
    #expect(regions.count == 20_000)
    for index in stride(from: 0, to: regions.count, by: 2) { arena.give(regions[index]) }
    let words = arena.wordCount
    // The first holes are still known, the others are not.
    for _ in 0..<4096 { #expect((arena.take(16)?.end ?? .max) < words) }
    #expect(arena.take(16)?.word == words)
  }
}
