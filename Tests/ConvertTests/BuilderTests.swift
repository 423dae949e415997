// SPDX-License-Identifier: Apache-2.0

import CFlatBuffers
import Testing

/// The C face: what goes wrong is a status, never an abort.
@Suite final class BuilderTests {
  private let builder: OpaquePointer

  init() throws { builder = try #require(cfb_create()) }

  deinit { cfb_destroy(builder) }

  private func finish(_ root: cfb_offset) { cfb_finish(builder, root, "TEST") }

  private func emptyTable() -> cfb_offset {
    cfb_start_table(builder)
    return cfb_end_table(builder)
  }

  @Test func finishesATable() {
    finish(emptyTable())
    #expect(cfb_get_status(builder) == .ok)
    #expect(cfb_bytes(builder) != nil)
    #expect(cfb_byte_count(builder) >= 12)
  }

  @Test func hasNoBytesBeforeTheEnd() {
    _ = emptyTable()
    #expect(cfb_bytes(builder) == nil)
    #expect(cfb_byte_count(builder) == 0)
  }

  static let misuses: [(String, @Sendable (OpaquePointer) -> Void)] = [
    (
      "table in a table",
      {
        cfb_start_table($0); cfb_start_table($0)
      }
    ),
    (
      "string in a table",
      {
        cfb_start_table($0); _ = cfb_string($0, "a", 1)
      }
    ),
    ("end without a start", { _ = cfb_end_table($0) }),
    ("field outside a table", { cfb_add_scalar($0, 0, 1, 4) }),
    (
      "odd width",
      {
        cfb_start_table($0); cfb_add_scalar($0, 0, 1, 3)
      }
    ),
    (
      "field beyond reach",
      {
        cfb_start_table($0); cfb_add_scalar($0, 60_000, 1, 4)
      }
    ),
    (
      "offset of nothing",
      {
        cfb_start_table($0); cfb_add_offset($0, 0, 99)
      }
    ),
    ("vector of nothing", { _ = cfb_offsets($0, [5], 1) }),
    ("alignment below width", { _ = cfb_scalars($0, [0, 0], 1, 8, 4) }),
    ("alignment of three", { _ = cfb_scalars($0, [0], 1, 1, 3) }),
    ("alignment beyond the library's", { _ = cfb_scalars($0, [0], 1, 1, 64) }),
    ("null elements", { _ = cfb_scalars($0, nil, 1, 1, 1) }),
    ("root of nothing", { cfb_finish($0, 8, "TEST") }),
    (
      "the same field twice",
      {
        cfb_start_table($0)
        cfb_add_scalar($0, 1, 1, 4)
        cfb_add_scalar($0, 1, 2, 4)
        _ = cfb_end_table($0)
      }
    ),
    (
      "more after the end",
      {
        cfb_start_table($0)
        cfb_finish($0, cfb_end_table($0), "TEST")
        _ = cfb_string($0, "a", 1)
      }
    ),
  ]

  @Test(arguments: misuses.indices) func reportsMisuse(index: Int) {
    let (name, misuse) = Self.misuses[index]
    misuse(builder)
    #expect(cfb_get_status(builder) == .misused, "\(name)")
    // The failure sticks.
    finish(emptyTable())
    #expect(cfb_bytes(builder) == nil, "\(name)")
    #expect(cfb_get_status(builder) == .misused, "\(name)")
  }

  @Test(arguments: [1 << 31, 1 << 40, Int.max]) func refusesWhatOffsetsDoNotReach(count: Int) {
    var byte: UInt8 = 0
    #expect(cfb_scalars(builder, &byte, count, 8, 8) == 0)
    #expect(cfb_get_status(builder) == .too_large)
  }

  @Test func alignsTheFirstElement() throws {
    _ = cfb_string(builder, "x", 1)
    let elements: [UInt8] = [201, 202, 203]
    let vector = cfb_scalars(builder, elements, 3, 1, 32)
    cfb_start_table(builder)
    cfb_add_offset(builder, 0, vector)
    finish(cfb_end_table(builder))
    let start = try #require(cfb_bytes(builder))
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: cfb_byte_count(builder)))
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: elements) })
    #expect(place % 32 == 0)
    #expect(bytes.count % 32 == 0)
  }
}
