// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringConvert
import Testing
import _MainspringTestSupport

@Suite struct OutputFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func error(writing bytes: [UInt8] = [1], to path: String) -> FileError? {
    do throws(FileError) {
      try writeAtomically(bytes, to: path)
      return nil
    } catch {
      return error
    }
  }

  @Test func writesANewFile() throws {
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    try writeAtomically(bytes, to: folder.file("new"))
    #expect(try readFile(folder.file("new")) == bytes)
    #expect(try listFolder(folder.path) == ["new"])
  }

  @Test func replacesAFileAndKeepsItsMode() throws {
    let path = folder.file("old")
    try writeFile(path, [1, 2, 3])
    #expect(chmod(path, 0o640) == 0)
    try writeAtomically([4], to: path)
    #expect(try readFile(path) == [4])
    var status = stat()
    #expect(stat(path, &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o640)
    #expect(try listFolder(folder.path) == ["old"])
  }

  @Test func replacesWhatALinkLeadsTo() throws {
    try writeFile(folder.file("target"), [1])
    #expect(symlink("target", folder.file("link")) == 0)
    try writeAtomically([2], to: folder.file("link"))
    #expect(try readFile(folder.file("target")) == [2])
    var status = stat()
    #expect(lstat(folder.file("link"), &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func makesWhatALinkLeadsTo() throws {
    #expect(mkdir(folder.file("inner"), 0o700) == 0)
    #expect(symlink("inner/second", folder.file("first")) == 0)
    #expect(symlink("../target", folder.file("inner/second")) == 0)
    try writeAtomically([2], to: folder.file("first"))
    #expect(try readFile(folder.file("target")) == [2])
    #expect(try listFolder(folder.path) == ["first", "inner", "target"])
    #expect(try listFolder(folder.file("inner")) == ["second"])
  }

  @Test func refusesLinksInACircle() throws {
    #expect(symlink("b", folder.file("a")) == 0)
    #expect(symlink("a", folder.file("b")) == 0)
    #expect(error(to: folder.file("a"))?.code == ELOOP)
    #expect(try listFolder(folder.path) == ["a", "b"])
  }

  @Test func refusesADescriptorWhoseFileIsGone() throws {
    let path = folder.file("gone")
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    defer { _ = close(descriptor) }
    #expect(unlink(path) == 0)
    #expect(error(to: "/proc/self/fd/\(descriptor)")?.code == ENOENT)
    #expect(try listFolder(folder.path) == [])
  }

  @Test func keepsTheOldFileWithoutACommit() throws {
    let path = folder.file("old")
    try writeFile(path, [1, 2, 3])
    do {
      let file = try OutputFile(replacing: path)
      try file.write([9, 9])
      try file.flush()
      #expect(try readFile(path) == [1, 2, 3])
    }
    #expect(try readFile(path) == [1, 2, 3])
    #expect(try listFolder(folder.path) == ["old"])
  }

  @Test func writesInPieces() throws {
    let file = try OutputFile(replacing: folder.file("pieces"))
    try file.write([1, 2])
    try file.write([])
    try file.write([3])
    try file.commit()
    #expect(try readFile(folder.file("pieces")) == [1, 2, 3])
  }

  @Test func refusesADirectory() {
    #expect(error(to: folder.path)?.code == EISDIR)
    #expect(error(to: folder.path)?.description.contains("Is a directory") == true)
  }

  @Test func refusesAPathWithoutDirectory() throws {
    let path = folder.file("missing/file")
    #expect(error(to: path)?.code == ENOENT)
    #expect(error(to: path)?.path == path)
    #expect(error(to: "")?.code == ENOENT)
    #expect(error(to: "a\u{0}b")?.code == EINVAL)
    #expect(error(to: folder.file(String(repeating: "x", count: 300)))?.code == ENAMETOOLONG)
    #expect(try listFolder(folder.path) == [])
  }

  @Test func refusesAFileAsDirectory() throws {
    try writeFile(folder.file("file"), [1])
    #expect(error(to: folder.file("file/inner"))?.code == ENOTDIR)
    #expect(error(to: folder.file("file/"))?.code == ENOTDIR)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func refusesWhatMayNotBeWritten() throws {
    let path = folder.file("protected")
    try writeFile(path, [1])
    #expect(chmod(path, 0o400) == 0)
    #expect(error(to: path)?.code == EACCES)
    #expect(chmod(folder.path, 0o500) == 0)
    #expect(error(to: folder.file("new"))?.code == EACCES)
    #expect(chmod(folder.path, 0o700) == 0)
    #expect(try listFolder(folder.path) == ["protected"])
  }

  @Test func writesDevicesAndPipesDirectly() throws {
    #expect(error(to: "/dev/null") == nil)
    #expect(error(to: "/dev/full")?.code == ENOSPC)
    let path = folder.file("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    try #require(reader >= 0)
    defer { _ = close(reader) }
    try writeAtomically([7, 8], to: path)
    var bytes: [UInt8] = [0, 0, 0]
    #expect(read(reader, &bytes, 3) == 2)
    #expect(bytes == [7, 8, 0])
  }

  /// A limit on the size of files fails like a full disk; it holds for the whole process.
  @Test func leavesNothingBehindOnAFullDisk() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try writeFile(folder.file("old"), [1, 2, 3])
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let error = #expect(throws: FileError.self) {
        try writeAtomically([UInt8](repeating: 7, count: 5000), to: folder.file("old"))
      }
      #expect(error?.code == EFBIG)
      #expect(try readFile(folder.file("old")) == [1, 2, 3])
      #expect(try listFolder(folder.path) == ["old"])
    }
  }
}
