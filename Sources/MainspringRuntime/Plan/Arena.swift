// SPDX-License-Identifier: Apache-2.0

/// Hands out the words of the arena while the planner walks the graph in the order it will run.
///
/// Free regions are kept by position and merged; a request takes the smallest one that fits, or
/// grows the arena.
package struct Arena {
  /// A run of words.
  package struct Region: Equatable {
    package var word: Int
    package var count: Int
    package var end: Int { word + count }

    package init(word: Int, count: Int) {
      self.word = word
      self.count = count
    }
  }

  /// Words needed so far.
  package private(set) var wordCount: Int = 0
  private var free: [Region] = []
  let limit: Int
  let reusesMemory: Bool

  package init(limit: Int, reusesMemory: Bool) {
    self.limit = limit
    self.reusesMemory = reusesMemory
  }

  /// More free regions than this are forgotten: looking through them would cost more than they
  /// save. Honest models have a few.
  private static let maximumFreeCount = 4096
  private static let alignment = AlignedBlock.alignment / 4

  /// Words that elements of some size take.
  static func words(_ count: Int, of elementSize: Int) -> Int {
    elementSize >= 4 ? count * (elementSize / 4) : (count + 4 / elementSize - 1) * elementSize / 4
  }

  /// `count` words at an aligned position; nil when the arena would become too large.
  package mutating func take(_ count: Int) -> Region? {
    guard count <= limit else { return nil }
    let size = (count + Arena.alignment - 1) / Arena.alignment * Arena.alignment
    var best: Int?
    for index in free.indices where free[index].count >= size {
      if let current = best, free[current].count <= free[index].count { continue }
      best = index
    }
    if let best {
      let region = Region(word: free[best].word, count: size)
      free[best].word += size
      free[best].count -= size
      if free[best].count == 0 { free.remove(at: best) }
      return region
    }
    // A free region at the end grows instead of being left behind.
    let start: Int
    if let last = free.last, last.end == wordCount {
      start = last.word
      free.removeLast()
    } else {
      start = wordCount
    }
    guard size <= limit - start else { return nil }
    wordCount = start + size
    return Region(word: start, count: size)
  }

  /// Gives words back.
  package mutating func give(_ region: Region) {
    guard reusesMemory, region.count > 0 else { return }
    var low = 0
    var high = free.count
    while low < high {
      let middle = (low + high) / 2
      if free[middle].word < region.word { low = middle + 1 } else { high = middle }
    }
    let joinsNext = low < free.count && region.end == free[low].word
    let joinsPrevious = low > 0 && free[low - 1].end == region.word
    switch (joinsPrevious, joinsNext) {
    case (true, true):
      free[low - 1].count += region.count + free[low].count
      free.remove(at: low)
    case (true, false): free[low - 1].count += region.count
    case (false, true):
      free[low].word = region.word
      free[low].count += region.count
    case (false, false):
      if free.count < Arena.maximumFreeCount { free.insert(region, at: low) }
    }
  }
}
