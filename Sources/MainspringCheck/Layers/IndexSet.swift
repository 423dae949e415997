// SPDX-License-Identifier: Apache-2.0

/// Indices below a bound.
struct IndexSet {
  private var words: [UInt64]

  init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

  mutating func insert(_ index: Int) { words[index / 64] |= 1 << UInt64(index % 64) }

  mutating func formUnion(_ other: IndexSet) {
    for index in words.indices { words[index] |= other.words[index] }
  }

  /// Whether both have the same of these.
  func agrees(with other: IndexSet, on these: IndexSet) -> Bool {
    words.indices.allSatisfy { (words[$0] ^ other.words[$0]) & these.words[$0] == 0 }
  }

  var indices: [Int] {
    words.indices.flatMap { word in
      (0..<64).filter { words[word] >> UInt64($0) & 1 == 1 }.map { word * 64 + $0 }
    }
  }
}
