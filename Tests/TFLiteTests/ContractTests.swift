// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Contracts of other writers: later ones of ours, and TFLite's own metadata.
@Suite struct ContractTests {
  private func message(_ entries: [(String, [UInt8])], _ archive: [UInt8] = []) -> String {
    do throws(TFLiteError) {
      _ = try graph(entries, archive)
      return "accepted"
    } catch {
      return error.description
    }
  }

  /// The sketch `[1, 3] -> [1, 2]` with entries of metadata, and bytes behind it.
  private func graph(_ entries: [(String, [UInt8])], _ archive: [UInt8] = []) throws(TFLiteError)
    -> Graph
  {
    var model = ModelSketch.dense().model
    for (name, bytes) in entries {
      model.buffers.append(bytes)
      model.metadata.append(.init(name: name, buffer: model.buffers.count - 1))
    }
    let bytes = model.flat().file() + archive
    return try Graph(tflite: bytes.span.bytes)
  }

  private func own(_ fields: [Int: Flat]) -> (String, [UInt8]) {
    ("MAINSPRING_CONTRACT", Flat.table(fields).file(identifier: "MSC1"))
  }

  @Test func ignoresFieldsItDoesNotKnow() throws {
    let later: [Int: Flat] = [2: .uint(1), 3: .uint(4), 40: .string("later"), 41: .table([:])]
    let contract = try graph([own(later)]).contract
    #expect(contract?.hop == 4)
    #expect(contract?.window == 1)
  }

  @Test func refusesLaterVersions() {
    // Scalars of the sketch writer lie four bytes wide; the low two are read.
    #expect(
      message([own([0: .uint(2)])])
        == "contract: version 2 is later than 1, the last one known")
    #expect(message([own([0: .uint(1)])]) == "accepted")
  }

  @Test func refusesRangesInTheWrongOrder() {
    let input = Flat.table([1: .floats([0, 2]), 2: .floats([1, 1])])
    #expect(
      message([own([4: .tables([input])])])
        == "contract: ranges: expected the lower bound first, found another order at index 1")
    let nan = Flat.table([1: .floats([.nan, 2]), 2: .floats([1, 1])])
    #expect(message([own([4: .tables([nan])])]).hasPrefix("contract: ranges: expected the lower"))
  }

  @Test func refusesWhatDoesNotFitTheModel() {
    #expect(
      message([own([6: .table([1: .floats([0.5])])])])
        == "contract: rules: thresholds: expected 2, found 1")
  }

  /// TFLite's metadata of a model with a scaler and labels.
  private func standard(_ means: [Float], file: String = "names.txt", type: Int8 = 2)
    -> (String, [UInt8])
  {
    let scaler = Flat.table([
      0: .ubyte(1), 1: .table([0: .floats(means), 1: .floats(means.map { _ in 2 })]),
    ])
    let input = Flat.table([4: .tables([.table([0: .ubyte(2)]), scaler])])
    let output = Flat.table([
      6: .tables([.table([0: .string(file), 2: .byte(type)])])
    ])
    let subgraph = Flat.table([2: .tables([input]), 3: .tables([output])])
    return (
      "TFLITE_METADATA", Flat.table([3: .tables([subgraph])]).file(identifier: "M001")
    )
  }

  /// An archive that counts offsets from its own start, as `cat` makes them.
  private func archive(
    _ name: String, _ text: String, method: UInt8 = 0, comment: String = "",
    checksum: UInt32? = nil, isDeflated: Bool = false
  ) -> [UInt8] {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    let (name, plain) = (Array(name.utf8), Array(text.utf8))
    // One stored block is a deflated stream, too.
    let length = UInt32(plain.count)
    let data = isDeflated ? [1] + little(length, 2) + little(~length, 2) + plain : plain
    var header = little(20, 2) + [0, 0, isDeflated ? 8 : method, 0, 0, 0, 0x21, 0]
    header += little(checksum ?? CRC32.checksum(plain), 4)
    header += little(UInt32(data.count), 4) + little(length, 4)
    header += little(UInt32(name.count), 2) + [0, 0]
    let member = little(0x0403_4b50, 4) + header + name + data
    let entry =
      little(0x0201_4b50, 4) + [20, 0] + header + [UInt8](repeating: 0, count: 14) + name
    return member + entry + little(0x0605_4b50, 4) + [0, 0, 0, 0, 1, 0, 1, 0]
      + little(UInt32(entry.count), 4) + little(UInt32(member.count), 4)
      + little(UInt32(comment.utf8.count), 2) + Array(comment.utf8)
  }

  @Test func readsLabelsAndScalersOfOtherPrograms() throws {
    let contract = try #require(
      try graph([standard([1, 3, 5])], archive("names.txt", "a\r\nb b")).contract)
    #expect(contract.labels == ["a", "b b"])
    #expect(contract.scaler == Scaler(means: [1, 3, 5], deviations: [2, 2, 2]))
    let deflated = archive("names.txt", "c\nd\n", isDeflated: true)
    #expect(try graph([standard([1])], deflated).contract?.labels == ["c", "d"])
    let commented = archive("names.txt", "a\nb\n", comment: "made by hand")
    #expect(try graph([standard([7])], commented).contract?.labels == ["a", "b"])
    #expect(try graph([standard([7])], commented).contract?.scaler?.means == [7])
  }

  @Test func leavesOutWhatDoesNotFit() throws {
    #expect(try graph([standard([1, 2])], archive("names.txt", "a\nb\nc\n")).contract == nil)
    #expect(try graph([standard([.nan, 2, 3])], archive("other.txt", "a\nb\n")).contract == nil)
    #expect(try graph([standard([1, 2], type: 4)]).contract == nil)
  }

  @Test func saysWhatItLeavesOut() throws {
    func misfits(_ means: [Float], _ labels: String) throws -> [String] {
      var model = ModelSketch.dense().model
      let entry = standard(means)
      model.buffers.append(entry.1)
      model.metadata.append(.init(name: entry.0, buffer: model.buffers.count - 1))
      let bytes = model.flat().file() + archive("names.txt", labels)
      let parsed = try TFLiteModel(parsing: bytes.span.bytes)
      return parsed.contractMisfits(try Graph(parsed)).map(\.description)
    }
    #expect(try misfits([1, 2, 3], "a\nb\n\n\n").isEmpty)
    #expect(
      try misfits([1, 2], "a\nb\nc\n") == [
        "contract: input 0: means: expected 3 or 1, found 2",
        "contract: output 0: labels: expected 2, found 3",
      ])
    #expect(try misfits([1, .nan, 2], "a\nb").count == 1)
  }

  @Test func leavesOutLabelsItCannotUnpack() throws {
    let bytes = ModelSketch.dense().model.flat().file() + archive("a.txt", "x", method: 12)
    let model = try TFLiteModel(parsing: bytes.span.bytes)
    #expect(model.associatedFiles == [.init(name: "a.txt", contents: nil)])
    let entry = standard([1, 2, 3])
    #expect(try graph([entry], archive("names.txt", "…", method: 12)).contract?.outputs == [])
    #expect(
      message([entry], archive("names.txt", "…", method: 8))
        .hasSuffix("archive: expected 3 bytes of 'names.txt', deflated, found a damaged stream"))
  }

  @Test func refusesDamagedArchives() {
    let good = archive("names.txt", "a\nb\n")
    var bad = good
    bad[39] ^= 0x20
    #expect(message([standard([1])], good) == "accepted")
    #expect(
      message([standard([1])], archive("names.txt", "a\nb\n", checksum: 5))
        .hasSuffix("archive: expected the checksum of 'names.txt', found another one"))
    #expect(message([standard([1])], bad).contains("archive"))
    var far = good
    far.replaceSubrange((good.count - 10)..<(good.count - 6), with: [255, 255, 255, 127])
    #expect(message([standard([1])], far).contains("archive: expected a directory"))
  }
}
