// SPDX-License-Identifier: Apache-2.0

import MainspringWire
import Testing
import _MainspringTestSupport

@Suite struct WireTests {
  static let replies: [Reply] = [
    .kind(.weightsV3), .document(name: "model_config", text: "{\"ü\": 1}"),
    .document(name: "", text: ""), .group(path: "/"),
    .attribute(path: "/a", name: "weight_names", values: ["x", "", "zürich/kernel:0"]),
    .attribute(path: "/a", name: "empty", values: []),
    .dataset(dataset("/a/0", .float16, [3, 0, 4])),
    .dataset(dataset("/s", .other, [])),
    .end(recordCount: 17), .values(index: 3, count: 1 << 28),
    .refusal(Refusal(.limit, "too much")),
  ]

  static func decode(_ bytes: [UInt8]) throws(WireError) -> Reply {
    let header = try RecordHeader(decoding: Array(bytes.prefix(8)))
    return try Reply(header: header, payload: Array(bytes.dropFirst(8)))
  }

  @Test(arguments: replies) func recordsSurviveTheWire(reply: Reply) throws {
    let bytes = reply.encoded()
    let header = try RecordHeader(decoding: Array(bytes.prefix(8)))
    #expect(header.payloadByteCount == bytes.count - 8)
    #expect(try Self.decode(bytes) == reply)
  }

  @Test(arguments: replies) func everyRecordCutShortIsRefused(reply: Reply) {
    let bytes = reply.encoded()
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { try Self.decode(Array(bytes.prefix(count))) }
    }
    #expect(throws: WireError.trailingBytes(count: 1)) { try Self.decode(bytes + [0]) }
  }

  @Test func recordsWithFlippedBytesAreReadOrRefused() {
    var random = SplitMix64(seed: 1)
    var refused = 0
    for reply in Self.replies {
      for _ in 0..<200 {
        var bytes = reply.encoded()
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
        do throws(WireError) { _ = try Self.decode(bytes) } catch { refused += 1 }
      }
    }
    #expect(refused > 0)
  }

  @Test func unknownKindsAreRefusedByNumber() {
    #expect(throws: WireError.unknown(field: "kind of record", found: 9)) {
      try RecordHeader(decoding: [9, 0, 0, 0, 0, 0, 0, 0])
    }
    #expect(throws: WireError.unknown(field: "kind of file", found: 5)) {
      try Self.decode([1, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0])
    }
  }

  @Test func sizesBeyondTheCapsAreRefusedBeforeAnythingIsAllocated() {
    #expect(throws: WireError.self) {
      try RecordHeader(decoding: [2, 0, 0, 0, 255, 255, 255, 255])
    }
    // Four billion strings in a record of a few bytes.
    var bytes = Reply.attribute(path: "/", name: "n", values: []).encoded()
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [255, 255, 255, 255])
    #expect(throws: WireError.self) { try Self.decode(bytes) }
    // A million strings: allowed as a number, and missing.
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 16, 0])
    #expect(throws: WireError.truncated(field: "length of the attribute values")) {
      try Self.decode(bytes)
    }
  }

  @Test func textThatIsNotUTF8IsRefused() {
    var bytes = Reply.group(path: "/a").encoded()
    bytes[bytes.count - 1] = 0xff
    #expect(throws: WireError.notUTF8(field: "path of a group")) { try Self.decode(bytes) }
  }

  @Test(arguments: [[1 << 28, 2], [-1], [Int.max, Int.max], [1 << 14, 1 << 14, 2]])
  func shapesBeyondTheCapAreNoHeader(shape: [Int]) {
    #expect(DatasetHeader(path: "/x", elementType: .float32, shape: shape) == nil)
  }

  @Test func aZeroExtentMakesAnEmptyDataset() throws {
    let header = try #require(DatasetHeader(path: "/x", elementType: .int8, shape: [5, 0, 7]))
    #expect(header.elementCount == 0)
  }

  @Test func requestsSurviveTheWire() throws {
    let bytes = Request(index: 70_000).encoded()
    #expect(bytes.count == Request.byteCount)
    #expect(try Request(decoding: bytes) == Request(index: 70_000))
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { try Request(decoding: Array(bytes.prefix(count))) }
    }
    #expect(throws: WireError.self) { try Request(decoding: Reply.kind(.legacyModel).encoded()) }
  }

  @Test func refusalsAreOneLineOfLimitedLength() {
    let refusal = Refusal(.damaged, "a\nb\u{1b}[31m" + String(repeating: "x", count: 1000))
    #expect(refusal.text.hasPrefix("a?b?[31m"))
    #expect(refusal.text.unicodeScalars.count == 501)
  }
}
