// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringNumPy
import Testing
import _MainspringTestSupport

@Suite struct NumPyErrorTests {
  @Test(arguments: [
    ("bigendian", "expected little-endian elements, found big-endian '>f4'"),
    ("bool", "found bool '|b1'"),
    ("complex", "found complex '<c8'"),
    ("object", "found Python objects (a pickle, which is never read) '|O'"),
    ("text", "found text '<U5'"),
    ("bytes", "found byte strings '|S5'"),
    ("structured", "found structured records"),
    ("datetime", "found datetime '<M8[D]'"),
    ("longdouble", "found extended floats '<f16'"),
  ])
  func refusesOtherElementsByName(name: String, reason: String) {
    let path = fixture("refused-\(name)")
    func message(_ type: String) -> String {
      "\(path): " + (reason.hasPrefix("found") ? "expected elements of type \(type), " : "")
        + reason
    }
    let floats = message("float32, float64 or float16")
    let integers = message("int8 to int64 or uint8 to uint64")
    #expect(
      floats == caught { () throws(NumPyError) in _ = try NumPyArray(path: path) }?.description)
    #expect(
      floats == caught { () throws(NumPyError) in _ = try NumPyFile(path: path) }?.description)
    #expect(
      integers == caught { () throws(NumPyError) in _ = try NumPyIntegers(path: path) }?.description
    )
  }

  @Test func refusesFortranOrder() {
    let path = fixture("refused-fortran")
    #expect(open(path) == .fortranOrder(path: path))
    #expect(
      open(path)?.description
        == "\(path): expected C order (row-major), found Fortran order; "
        + "save numpy.ascontiguousarray(x) instead")
  }

  @Test func keepsFloatsAndIntegersApart() {
    let integers = fixture("integers-i8")
    #expect(
      caught { () throws(NumPyError) in _ = try NumPyArray(path: integers) }
        == .elementType(
          path: integers, expected: "float32, float64 or float16", found: "int64 '<i8'"))
    let floats = fixture("f32")
    #expect(
      caught { () throws(NumPyError) in _ = try NumPyIntegers(path: floats) }
        == .elementType(
          path: floats, expected: "int8 to int64 or uint8 to uint64", found: "float32 '<f4'"))
    let large = fixture("refused-u8-range")
    #expect(
      caught { () throws(NumPyError) in _ = try NumPyIntegers(path: large) }
        == .integerRange(path: large, index: 1, found: "a larger uint64"))
  }

  @Test func tellsUnreadableFilesFromBadOnes() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("missing.npy")
    #expect(open(missing) == .missing(path: missing))
    #expect(open(folder.path) == .directory(path: folder.path))
    #expect(open("") == .missing(path: ""))
    #expect(open(fixture("f32") + "\0") == .missing(path: fixture("f32") + "\0"))
    let below = fixture("f32") + "/x.npy"
    #expect(open(below) == .missing(path: below))
    let pipe = folder.file("pipe.npy")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(open(pipe) == .notRegularFile(path: pipe))
    #expect(open("/dev/zero") == .notRegularFile(path: "/dev/zero"))
    let long = folder.file(String(repeating: "x", count: 300))
    #expect(open(long)?.description == "\(long): open failed: File name too long")
    for error in [open(missing), open(folder.path), open(pipe), open(long)] {
      #expect(error?.isUnreadable == true)
    }
    let empty = folder.file("empty.npy")
    try writeFile(empty, [])
    #expect(open(empty) == .notNumPy(path: empty, found: "an empty file"))
    #expect(open(empty)?.isUnreadable == false)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func reportsMissingPermission() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("secret.npy")
    try writeFile(path, readFile(fixture("f32")))
    #expect(chmod(path, 0) == 0)
    #expect(open(path) == .notPermitted(path: path))
  }

  @Test(arguments: [
    ("[]", "byte 10: expected '{', found '['"),
    ("{}", "byte 13: expected the key 'descr', found none"),
    ("{'descr': '<f4', 'shape': (1,)}", "byte 42: expected the key 'fortran_order', found none"),
    ("{'descr': '<f4', 'fortran_order': False}", "byte 51: expected the key 'shape', found none"),
    ("{'descr' '<f4'}", "byte 19: expected ':' after 'descr', found '''"),
    ("{'descr': 4}", "byte 20: expected a quoted element type, found '4'"),
    (
      "{'descr': '<f4",
      "byte 24: expected a quoted element type of at most 64 plain characters, found '\\x0a'"
    ),
    ("{'descr': '<f4'; }", "byte 25: expected ',' or '}', found ';'"),
    ("{'descr': '<f4', 'descr': '<f4'}", "byte 27: expected 'descr' once, found it a second time"),
    ("{'axes': 1}", "byte 11: expected 'descr', 'fortran_order' or 'shape', found 'axes'"),
    ("{'fortran_order': 0}", "byte 28: expected True or False, found '0'"),
    ("{'shape': 3}", "byte 20: expected '(' before the shape, found '3'"),
    ("{'shape': (3)}", "byte 22: expected ',' after the only extent, found ')'"),
    ("{'shape': (3 4)}", "byte 23: expected ',' after the only extent, found '4'"),
    ("{'shape': (3, 4 5)}", "byte 26: expected ',' or ')', found '5'"),
    ("{'shape': (-1,)}", "byte 21: expected an extent of 0 or more, found '-'"),
    ("{'shape': (,)}", "byte 21: expected an extent of 0 or more, found ','"),
    (
      "{'shape': (9223372036854775808,)}",
      "byte 21: expected an extent of at most 9223372036854775807, found a larger one"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} 1",
      "byte 66: expected the end of the header, found '1'"
    ),
  ])
  func saysWhereTheHeaderIsDamaged(text: String, place: String) {
    #expect(refusal(npy(text)) == "x.npy: damaged .npy header at \(place)")
  }

  @Test func refusesDamagedFrames() throws {
    let bytes = try readFile(fixture("f32"))
    #expect(
      refusal(Array("PK\u{3}\u{4}etc".utf8))
        == "x.npy: not a .npy file: expected it to start with \\x93NUMPY, found 'PK\\x03\\x04et'")
    #expect(
      refusal(Array(bytes[..<6]))
        == "x.npy: damaged .npy header at byte 6: expected a format version, found end of file")
    #expect(
      refusal(Array(bytes[..<9]))
        == "x.npy: damaged .npy header at byte 8: expected the header's length, found end of file")
    #expect(
      refusal(Array(bytes[..<100]))
        == "x.npy: damaged .npy header at byte 8: expected a header of 118 bytes, found 90 bytes to the end of the file"
    )
    var other = bytes
    other[6] = 4
    #expect(refusal(other) == "x.npy: expected .npy format version 1.0, 2.0 or 3.0, found 4.0")
    other = bytes
    other[7] = 1
    #expect(refusal(other) == "x.npy: expected .npy format version 1.0, 2.0 or 3.0, found 1.1")
    other = npy(dictionary(), version: 2)
    other[11] = 0xff
    #expect(refusal(other)?.contains("expected a header of at most 65536 bytes, found") == true)
  }

  @Test func comparesTheShapeWithTheFile() throws {
    let bytes = try readFile(fixture("f32"))
    #expect(
      refusal(Array(bytes.dropLast()))
        == "x.npy: truncated: shape (2, 3, 2) needs 48 bytes of data, found 47")
    #expect(
      refusal(bytes + [0]) == "x.npy: over-long: shape (2, 3, 2) needs 48 bytes of data, found 49")
    #expect(
      refusal(npy(dictionary(shape: "(1000000000, 1000)")))
        == "x.npy: truncated: shape (1000000000, 1000) needs 4000000000000 bytes of data, found 0")
    #expect(
      refusal(npy(dictionary(shape: "(4294967296, 4294967296)")))
        == "x.npy: shape (4294967296, 4294967296) is larger than memory can be")
    #expect(
      refusal(npy(dictionary(shape: "(4611686018427387904,)")))
        == "x.npy: shape (4611686018427387904,) is larger than memory can be")
    #expect(refusal(npy(dictionary(shape: "(4294967296, 4294967296, 0)"))) == nil)
    let axes = String(repeating: "1, ", count: 65)
    #expect(
      refusal(npy(dictionary(shape: "(\(axes))")))?.contains("expected at most 64 axes") == true)
  }

  @Test(arguments: ["f32", "f16", "f32-version2", "f32-empty", "refused-structured"])
  func survivesDamage(name: String) throws {
    let bytes = try readFile(fixture(name))
    for cut in Damage.truncations(of: bytes, count: 200) {
      #expect(refusal(cut) != nil, "\(cut.count) bytes")
    }
    var refusedCount = 0
    // Flips in the data give other, valid numbers; those in the header are mostly refused.
    Damage.flips(of: bytes, count: 2_000, seed: 7) { damaged, _ in
      if let message = refusal(damaged) {
        refusedCount += 1
        #expect(message.hasPrefix("x.npy: "))
        #expect(message.utf8.allSatisfy { (0x20..<0x7f).contains($0) }, "\(message)")
      }
    }
    #expect(refusedCount > 200)
    let header = 10..<70
    Damage.flips(of: bytes, in: header, count: 2_000, seed: 8) { damaged, _ in
      _ = refusal(damaged)
    }
  }

  private func open(_ path: String) -> NumPyError? {
    let whole = caught { () throws(NumPyError) in _ = try NumPyArray(path: path) }
    let rows = caught { () throws(NumPyError) in _ = try NumPyFile(path: path) }
    #expect(whole == rows)
    return whole
  }

  private func caught(_ body: () throws(NumPyError) -> Void) -> NumPyError? {
    do throws(NumPyError) {
      try body()
      return nil
    } catch {
      return error
    }
  }
}
