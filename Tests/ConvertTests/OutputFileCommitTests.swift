// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringConvert
import Testing
import _MainspringTestSupport

/// Before, during and after a commit: with nameless files and as without them.
@Suite struct OutputFileCommitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func aKilledProcessLeavesNothing() async throws {
    try writeFile(folder.file("old"), [1, 2, 3])
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
      let new = try OutputFile(replacing: "\(path)/new")
      let old = try OutputFile(replacing: "\(path)/old")
      try new.write([9])
      try old.write([9])
      try new.flush()
      try old.flush()
      kill(getpid(), SIGKILL)
    }
    #expect(try listFolder(folder.path) == ["old"])
    #expect(try readFile(folder.file("old")) == [1, 2, 3])
  }

  @Test(arguments: [false, true])
  func showsNothingBeforeTheCommit(named: Bool) throws {
    try writeFile(folder.file("old"), [1, 2, 3])
    #expect(chmod(folder.file("old"), 0o640) == 0)
    let old = try OutputFile(replacing: folder.file("old"), named: named)
    let new = try OutputFile(replacing: folder.file("new"), named: named)
    try old.write([4])
    try new.write([5])
    try old.flush()
    try new.flush()
    #expect(try readFile(folder.file("old")) == [1, 2, 3])
    let names = try listFolder(folder.path)
    #expect(names.count == (named ? 3 : 1))
    #expect(!names.contains("new"))
    try old.commit()
    try new.commit()
    #expect(try readFile(folder.file("old")) == [4])
    #expect(try readFile(folder.file("new")) == [5])
    var status = stat()
    #expect(stat(folder.file("old"), &status) == 0)
    #expect(status.st_mode & 0o7777 == 0o640)
    #expect(try listFolder(folder.path) == ["new", "old"])
  }

  @Test(arguments: [false, true])
  func givesANewFileThePermissionsOfAnyNewFile(named: Bool) throws {
    let file = try OutputFile(replacing: folder.file("new"), named: named)
    try file.commit()
    try writeByDefault(folder.file("plain"))
    var (new, plain) = (stat(), stat())
    #expect(stat(folder.file("new"), &new) == 0)
    #expect(stat(folder.file("plain"), &plain) == 0)
    #expect(new.st_mode == plain.st_mode)
  }

  private func writeByDefault(_ path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    try #require(descriptor >= 0)
    _ = close(descriptor)
  }

  @Test(arguments: [false, true])
  func leavesNothingWithoutACommit(named: Bool) throws {
    do {
      let file = try OutputFile(replacing: folder.file("new"), named: named)
      try file.write([9])
    }
    #expect(try listFolder(folder.path) == [])
  }

  @Test(arguments: [false, true])
  func replacesAFileThatTurnsUpMeanwhile(named: Bool) throws {
    let file = try OutputFile(replacing: folder.file("file"), named: named)
    try file.write([4])
    try writeFile(folder.file("file"), [1, 2, 3])
    try file.commit()
    #expect(try readFile(folder.file("file")) == [4])
    #expect(try listFolder(folder.path) == ["file"])
  }

  @Test(arguments: [false, true])
  func replacesAFileThatGoesMeanwhile(named: Bool) throws {
    try writeFile(folder.file("file"), [1, 2, 3])
    let file = try OutputFile(replacing: folder.file("file"), named: named)
    try file.write([4])
    #expect(unlink(folder.file("file")) == 0)
    try file.commit()
    #expect(try readFile(folder.file("file")) == [4])
    #expect(try listFolder(folder.path) == ["file"])
  }

  @Test(arguments: [false, true])
  func leavesADirectoryThatTurnsUpMeanwhile(named: Bool) throws {
    do {
      let file = try OutputFile(replacing: folder.file("file"), named: named)
      try file.write([4])
      #expect(mkdir(folder.file("file"), 0o700) == 0)
      let error = #expect(throws: FileError.self) { try file.commit() }
      #expect(error?.code == EISDIR)
      #expect(error?.path == folder.file("file"))
    }
    #expect(try listFolder(folder.path) == ["file"])
    #expect(try listFolder(folder.file("file")) == [])
  }

  @Test func writesAfterAFlush() throws {
    let file = try OutputFile(replacing: folder.file("file"))
    try file.write([1])
    try file.flush()
    try file.write([2])
    try file.commit()
    #expect(try readFile(folder.file("file")) == [1, 2])
  }

  @Test func tellsWhatIsTheSameFile() throws {
    try writeFile(folder.file("old"), [1])
    #expect(symlink("old", folder.file("link")) == 0)
    #expect(Glibc.link(folder.file("old"), folder.file("twin")) == 0)
    #expect(symlink("new", folder.file("dangling")) == 0)
    let old = try OutputFile(replacing: folder.file("old")).identity
    #expect(old != nil)
    #expect(old == FileIdentity(of: folder.file("old")))
    #expect(old == (try OutputFile(replacing: folder.file("link")).identity))
    #expect(old == (try OutputFile(replacing: folder.file("twin")).identity))
    let new = try OutputFile(replacing: folder.file("new")).identity
    #expect(new != nil)
    #expect(new != old)
    #expect(new == (try OutputFile(replacing: folder.file("./new")).identity))
    #expect(new == (try OutputFile(replacing: folder.file("dangling")).identity))
    #expect(new != (try OutputFile(replacing: folder.file("other")).identity))
    #expect(new != FileIdentity(of: folder.path))
    #expect(FileIdentity(of: folder.file("new")) == nil)
    #expect(try OutputFile(replacing: "/dev/null").identity == nil)
  }

  /// Standard output is the whole process's.
  @Test func tellsWhatIsStandardOutput() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let path = folder.file("captured")
      let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
      #expect(dup2(descriptor, STDOUT_FILENO) == STDOUT_FILENO)
      #expect(symlink("captured", folder.file("link")) == 0)
      for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", path, folder.file("link")] {
        #expect(try OutputFile(replacing: name).isStandardOutput, "\(name)")
      }
      for name in ["/dev/null", folder.file("other")] {
        #expect(try !OutputFile(replacing: name).isStandardOutput, "\(name)")
      }
      // Other threads would open files as 1 once that is closed; some containers forbid to part.
      guard ownDescriptors() else { return }
      _ = close(STDOUT_FILENO)
      // What is printed now must not end up in the file that is open.
      let file = try OutputFile(replacing: path)
      #expect(!file.isStandardOutput)
      #expect(fcntl(STDOUT_FILENO, F_GETFD) == -1)
      let error = #expect(throws: FileError.self) { try OutputFile(replacing: "/dev/stdout") }
      #expect(error?.code == EBADF)
    }
  }
}
