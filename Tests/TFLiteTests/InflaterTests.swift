// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Streams as zlib makes them, and damaged ones.
@Suite struct InflaterTests {
  private func members(_ archive: [UInt8]) throws -> [String: [UInt8]?] {
    let bytes = ModelSketch.dense().model.flat().file() + archive
    var result: [String: [UInt8]?] = [:]
    for file in try TFLiteModel(parsing: bytes.span.bytes).associatedFiles {
      result[file.name] = file.contents
    }
    return result
  }

  private func samples() throws -> [UInt8] {
    try readFile(Location.fixture("deflate/samples.zip"))
  }

  @Test func readsWhatZlibWrites() throws {
    let files = try members(try samples())
    #expect(files.count == 21)
    for (name, contents) in files where !name.hasSuffix(".plain") {
      if name == "ratio" {
        #expect(contents == [UInt8](repeating: 0, count: 60000))
      } else {
        #expect(contents != nil && contents == files[name + ".plain"], "\(name)")
      }
    }
  }

  /// The deflated bytes of a member, by hand.
  private func stream(_ name: String) throws -> (bytes: [UInt8], size: Int) {
    let archive = try samples()
    func number(_ position: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(archive[position + $1]) << (8 * $1) }
    }
    var position = 0
    while archive[position + 2] == 3 {
      let (packed, size) = (number(position + 18, 4), number(position + 22, 4))
      let length = number(position + 26, 2)
      let start = position + 30 + length
      if archive[position + 30..<start].elementsEqual(name.utf8) {
        return (Array(archive[start..<start + packed]), size)
      }
      position = start + packed
    }
    throw Missing()
  }

  private struct Missing: Error {}

  @Test(arguments: ["stored", "fixed", "dynamic", "runs", "noise", "one", "empty"])
  func onlyWholeStreamsOfTheSizeDeclared(name: String) throws {
    let (bytes, size) = try stream(name)
    #expect(Inflater.inflated(bytes, size: size)?.count == size)
    #expect(Inflater.inflated(bytes, size: size + 1) == nil)
    if size > 0 { #expect(Inflater.inflated(bytes, size: size - 1) == nil) }
    #expect(Inflater.inflated(bytes + [0], size: size) == nil)
    for count in 0..<min(bytes.count, 400) {
      #expect(Inflater.inflated(Array(bytes[..<count]), size: size) == nil)
    }
  }

  @Test(arguments: ["fixed", "dynamic", "huffman", "far"], [1, 2, 3] as [UInt64])
  func damagedStreamsAreRefusedOrOfThatSize(name: String, seed: UInt64) throws {
    let (bytes, size) = try stream(name)
    var random = SplitMix64(seed: seed)
    var refused = 0
    for _ in 0..<200 {
      var damaged = bytes
      damaged[Int(random.next() % UInt64(bytes.count))] ^= 1 << UInt8(random.next() % 8)
      if let result = Inflater.inflated(damaged, size: size) {
        #expect(result.count == size)
      } else {
        refused += 1
      }
    }
    #expect(refused > 10)
  }

  @Test func declaredSizesAreNoAllocations() throws {
    let (bytes, _) = try stream("ratio")
    #expect(Inflater.inflated(bytes, size: Int.max) == nil)
    #expect(Inflater.inflated([], size: 0) == nil)
    #expect(Inflater.inflated([3, 0], size: -1) == nil)
    #expect(Inflater.inflated([3, 0], size: 0) == [])
    // Lengths of no code, codes without an end, a distance before the start, a kind that is none.
    for bad: [UInt8] in [
      [5, 0xe0, 0xff, 0xff], [7, 0], [0x63, 0x04, 0x62], [0x4b, 0x4, 0x2, 0],
    ] {
      #expect(Inflater.inflated(bad, size: 8) == nil)
    }
  }

  /// Blocks without output are streams, too, but not more of them than a compressor would write.
  @Test func emptyBlocksAreBounded() {
    let block: [UInt8] = [0, 0, 0, 0xff, 0xff]
    for (count, size) in [(204, 0), (205, 0), (10_000, 0)] {
      let bytes = [[UInt8]](repeating: block, count: count).joined() + [3, 0]
      #expect(Inflater.inflated(bytes, size: size) == (count == 204 ? [] : nil))
    }
    #expect(Inflater.isBelievable(1024 + 800 + 100, size: 800))
    #expect(!Inflater.isBelievable(1024 + 800 + 101, size: 800))
    #expect(Inflater.isBelievable(0, size: .max))
  }

  /// More than the archive may hold is listed and not read; the rest is.
  @Test func largeFilesAreListedOnly() throws {
    var archive = try samples()
    // The directory's entry of `ratio` says more than there is room for.
    let entry = try #require(
      (0..<archive.count - 51).last {
        archive[$0..<$0 + 4].elementsEqual([0x50, 0x4b, 1, 2])
          && archive[$0 + 46..<$0 + 51].elementsEqual("ratio".utf8)
      })
    archive.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0x20, 0])
    let files = try members(archive)
    #expect(files["ratio"] == .some(nil))
    #expect(files["dynamic"]??.count == files["dynamic.plain"]??.count)
    archive.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0x02, 0])
    #expect(throws: TFLiteError.self) { try members(archive) }
  }
}
