// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringNumPy
import Testing
import _MainspringTestSupport

@Suite struct NumPyFileTests {
  @Test(arguments: ["f32", "f64", "f16"])
  func readsRowAfterRow(name: String) throws {
    let file = try NumPyFile(path: fixture(name))
    #expect(file.shape == [2, 3, 2])
    #expect(file.rowCount == 2)
    #expect(file.rowShape == [3, 2])
    #expect(file.rowElementCount == 6)
    for row in [1, 0] {
      #expect(try floats(of: file, row: row) == Array(ramp[row * 6..<(row + 1) * 6]))
    }
  }

  @Test func takesScalarsAndEmptyFiles() throws {
    let scalar = try NumPyFile(path: fixture("f32-scalar"))
    #expect(scalar.rowCount == 1)
    #expect(scalar.rowShape == [])
    #expect(try floats(of: scalar, row: 0) == [-0.25])
    let empty = try NumPyFile(path: fixture("f32-empty"))
    #expect(empty.rowCount == 0)
    #expect(empty.rowShape == [50, 6])
    #expect(empty.rowElementCount == 0)
  }

  @Test(arguments: ["'<f4'", "'<f8'", "'<f2'"])
  func agreesWithTheWholeArrayBeyondOneChunk(descr: String) throws {
    // 40,000 elements are more than one chunk of 64 KiB in each type; the data is not aligned.
    var random = SplitMix64(seed: 11)
    let width = descr == "'<f8'" ? 8 : descr == "'<f4'" ? 4 : 2
    let data = (0..<40_000 * 2 * width).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let folder = try TemporaryFolder()
    let path = folder.file("random.npy")
    try writeFile(path, npy(dictionary(descr: descr, shape: "(2, 40000)") + " ", data: data))
    let file = try NumPyFile(path: path)
    let whole = try NumPyArray(path: path)
    #expect(
      try NumPyArray(bytes: readFile(path), name: path).floats.map(\.bitPattern)
        == whole.floats.map(\.bitPattern))
    for row in 0..<2 {
      let part = Array(whole.floats[row * 40_000..<(row + 1) * 40_000])
      #expect(difference(try floats(of: file, row: row), part, within: .exact) == nil)
    }
  }

  @Test(arguments: ["f32", "f16"])
  func noticesAFileThatShrinks(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("shrinking.npy")
    let bytes = try readFile(fixture(name))
    try writeFile(path, bytes)
    let file = try NumPyFile(path: path)
    #expect(truncate(path, off_t(bytes.count - 1)) == 0)
    #expect(try floats(of: file, row: 0).count == 6)
    let byteCount = bytes.count - 128
    #expect(
      throws: NumPyError.dataSize(
        path: path, shape: [2, 3, 2], expected: byteCount, found: byteCount - 1)
    ) { try floats(of: file, row: 1) }
  }

  @Test func trapsOnRowsThatAreNotThere() async {
    await #expect(processExitsWith: trapped) {
      let file = try NumPyFile(path: fixture("f32"))
      _ = try floats(of: file, row: 2)
    }
    await #expect(processExitsWith: trapped) {
      let file = try NumPyFile(path: fixture("f32"))
      var row: [Float] = [0]
      var target = row.mutableSpan
      try file.readRow(0, into: &target)
    }
  }
}

private func floats(
  of file: borrowing NumPyFile, row: Int
) throws(NumPyError) -> [Float] {
  var floats = [Float](repeating: 0, count: file.rowElementCount)
  var target = floats.mutableSpan
  try file.readRow(row, into: &target)
  return floats
}
