// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringRuntime
import Testing

@Suite struct FileTests {
  /// A directory that is gone after the test.
  private func withDirectory(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/mainspring-files-XXXXXX".utf8CString)
    let name = template.withUnsafeMutableBufferPointer { buffer -> String? in
      guard let base = buffer.baseAddress, mkdtemp(base) != nil else { return nil }
      return String(cString: base)
    }
    let path = try #require(name)
    defer { rmdir(path) }
    try body(path)
  }

  private func write(_ bytes: [UInt8], to path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
  }

  @Test func lendsTheBytesOfAFile() throws {
    try withDirectory { directory in
      let path = directory + "/file"
      defer { unlink(path) }
      write([1, 2, 3], to: path)
      let file = try MappedFile(path: path)
      #expect(file.byteCount == 3)
      let bytes = file.bytes
      #expect(bytes.byteCount == 3)
      let last = bytes.unsafeLoad(fromByteOffset: 2, as: UInt8.self)
      #expect(last == 3)
    }
  }

  @Test func refusesWhatIsNotAFileWithContents() throws {
    try withDirectory { directory in
      let (empty, pipe, missing) = (directory + "/empty", directory + "/pipe", directory + "/none")
      defer {
        unlink(empty)
        unlink(pipe)
      }
      write([], to: empty)
      #expect(mkfifo(pipe, 0o600) == 0)
      #expect(throws: MappedFileError.empty(path: empty)) { _ = try MappedFile(path: empty) }
      #expect(throws: MappedFileError.notRegular(path: directory, isDirectory: true)) {
        _ = try MappedFile(path: directory)
      }
      #expect(throws: MappedFileError.notRegular(path: pipe, isDirectory: false)) {
        _ = try MappedFile(path: pipe)
      }
      #expect(throws: MappedFileError.open(path: missing, reason: "No such file or directory")) {
        _ = try MappedFile(path: missing)
      }
    }
  }

  @Test func refusesTwoGigabytes() throws {
    try withDirectory { directory in
      let path = directory + "/sparse"
      defer { unlink(path) }
      write([1], to: path)
      #expect(truncate(path, MappedFile.byteLimit) == 0)
      #expect(
        throws: MappedFileError.tooLarge(
          path: path, byteCount: MappedFile.byteLimit, limit: MappedFile.byteLimit)
      ) { _ = try MappedFile(path: path) }
    }
  }

  @Test func blocksAreAlignedAndZero() {
    let block = AlignedBlock(byteCount: 1000)
    #expect(block.byteCount == 1000)
    let bytes = block.bytes
    let address = bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    #expect(address % AlignedBlock.alignment == 0)
    let sum = bytes.withUnsafeBytes { $0.reduce(0) { $0 + Int($1) } }
    #expect(sum == 0)
    let empty = AlignedBlock(byteCount: 0)
    #expect(empty.byteCount == 0)
  }

  @Test func instructionSetsHaveNames() {
    for set in InstructionSet.allCases { #expect(InstructionSet(named: set.name) == set) }
    #expect(InstructionSet(named: "AVX2") == nil)
    #expect(InstructionSet.available.contains(.scalar))
    #expect(InstructionSet.available.contains(.best))
  }

  @Test func theEnvironmentChoosesAnInstructionSet() async {
    // In a process of its own: the environment belongs to all tests.
    await #expect(processExitsWith: .success) {
      setenv("MAINSPRING_CPU", "scalar", 1)
      precondition(InstructionSet.best == .scalar)
      setenv("MAINSPRING_CPU", "nonsense", 1)
      precondition(InstructionSet.best == InstructionSet.available.last)
    }
  }
}
