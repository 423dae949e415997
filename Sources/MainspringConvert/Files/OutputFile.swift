// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that appears under its name when it is complete, or not at all.
///
/// Bytes go to a file in the same directory that has no name, and takes the place of the named one
/// in ``commit()``. Without a commit, be it that the process is killed, nothing of it stays and
/// what was there before does. (On file systems without nameless files, NFS for one, it has a
/// hidden name, which a killed process leaves behind.) A symbolic link stays a link: the file it
/// leads to is made or replaced.
///
/// What is not a regular file (a pipe, a device) and `/dev/stdout` are written directly.
///
/// Several files that belong together: write all, ``flush()`` all, then ``commit()`` all. What
/// may go wrong in writing, such as a full disk, then does so before the first one appears.
public final class OutputFile {
  /// Whether the path leads to what standard output leads to.
  public let isStandardOutput: Bool
  /// The regular file that is replaced or made, to compare with inputs and other outputs; nil for
  /// what is written directly, and so replaces nothing.
  public let identity: FileIdentity?

  private let path: String
  private let descriptor: CInt
  /// Nil for what is written directly.
  private var temporary: TemporaryFile?
  private var isOpen = true
  private var isFlushed = true

  /// Opens the file for writing.
  ///
  /// - Throws: ``FileError`` when the directory or the present file cannot be written, or when the
  ///   path names a directory.
  public convenience init(replacing path: String) throws(FileError) {
    try self.init(replacing: path, named: false)
  }

  /// - Parameter named: does without nameless files, as if the file system had none.
  package init(replacing path: String, named: Bool) throws(FileError) {
    let target = try OutputTarget(path)
    switch target.way {
    case .direct(let opened): descriptor = opened
    case .replacing(let destination, let mode):
      let file = try TemporaryFile(for: destination, path: path, mode: mode, named: named)
      descriptor = file.descriptor
      temporary = file
    }
    self.path = path
    isStandardOutput = target.isStandardOutput
    identity = target.identity
  }

  deinit {
    temporary?.discard()
    if isOpen { _ = close(descriptor) }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError``, on a full disk for instance; let the file go then.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    precondition(isOpen, "a committed file takes no more bytes")
    isFlushed = false
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor, UnsafeRawBufferPointer(rebasing: buffer[start...]).baseAddress,
          buffer.count - start)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write")
      }
      start += count
    }
  }

  /// Waits until everything written so far is on the disk.
  ///
  /// - Throws: ``FileError`` for what the system wrote late and could not; let the file go then.
  public func flush() throws(FileError) {
    precondition(isOpen, "a committed file is flushed")
    guard temporary != nil, !isFlushed else { return }
    guard fsync(descriptor) == 0 else { throw failure("fsync") }
    isFlushed = true
  }

  /// Puts the complete file in its place, after ``flush()`` where that is still to be done.
  ///
  /// - Throws: ``FileError``; what was there before is then untouched.
  public func commit() throws(FileError) {
    precondition(isOpen, "a file is committed once")
    try flush()
    try temporary?.place()
    isOpen = false
    // A flushed file has nothing left to fail; what is written directly may.
    guard close(descriptor) == 0 || temporary != nil else { throw failure("close") }
  }

  private func failure(_ operation: String) -> FileError {
    FileError(path: path, operation: operation, code: errno)
  }
}

/// Writes a whole file at once, in one step: see ``OutputFile``.
///
/// - Throws: ``FileError``; nothing is left behind, and what was there before is untouched.
public func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
  let file = try OutputFile(replacing: path)
  try file.write(bytes)
  try file.commit()
}
