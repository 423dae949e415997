// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file that appears under its name when it is complete, or not at all.
///
/// Bytes go to a temporary file in the same directory, which takes the place of the named file in
/// ``commit()``. Without a commit the temporary file is removed when the last reference goes, and
/// what was there before stays. A symbolic link stays a link: the file it leads to is replaced.
///
/// What is not a regular file (`/dev/stdout`, a pipe, a device) is written directly.
public final class OutputFile {
  private let path: String
  private let target: Target
  private let descriptor: CInt
  private var isOpen = true
  private var isCommitted = false

  private enum Target {
    case direct
    case replacing(String, temporary: String)
  }

  /// Opens the file for writing.
  ///
  /// - Throws: ``FileError`` when the directory or the present file cannot be written, or when the
  ///   path names a directory.
  public init(replacing path: String) throws(FileError) {
    let opened = try OutputFile.open(path)
    self.path = path
    target = opened.target
    descriptor = opened.descriptor
  }

  deinit {
    if isOpen { _ = close(descriptor) }
    if case .replacing(_, let temporary) = target, !isCommitted { _ = unsafe unlink(temporary) }
  }

  /// Appends bytes.
  ///
  /// - Throws: ``FileError``, on a full disk for instance; let the file go then.
  public func write(_ bytes: [UInt8]) throws(FileError) {
    precondition(isOpen, "a committed file takes no more bytes")
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

  /// Puts the complete file in its place.
  ///
  /// - Throws: ``FileError``; what was there before is then untouched.
  public func commit() throws(FileError) {
    precondition(isOpen, "a file is committed once")
    if case .replacing = target {
      guard fsync(descriptor) == 0 else { throw failure("fsync") }
    }
    isOpen = false
    guard close(descriptor) == 0 else { throw failure("close") }
    if case .replacing(let name, let temporary) = target {
      guard unsafe rename(temporary, name) == 0 else { throw failure("rename") }
    }
    isCommitted = true
  }

  private func failure(_ operation: String) -> FileError {
    FileError(path: path, operation: operation, code: errno)
  }
}

extension OutputFile {
  private static func open(_ path: String) throws(FileError) -> (
    descriptor: CInt, target: Target
  ) {
    guard !path.utf8.contains(0) else {
      throw FileError(path: path, operation: "open", code: EINVAL)
    }
    // Opened anew, standard output would lose its position and its append mode.
    if path == "/dev/stdout" || path == "/dev/fd/1" {
      let copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0)
      guard copy >= 0 else { throw FileError(path: path, operation: "dup", code: errno) }
      return (copy, .direct)
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      guard errno == ENOENT else {
        throw FileError(path: path, operation: "stat", code: errno)
      }
      return try create(path, replacing: path, mode: nil)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(path: path, operation: "open", code: EISDIR)
    case S_IFREG:
      // The directory alone decides about a rename; a file protected from writing stays.
      guard unsafe access(path, W_OK) == 0 else {
        throw FileError(path: path, operation: "open", code: errno)
      }
      return try create(path, replacing: try resolved(path), mode: status.st_mode & 0o7777)
    default:
      let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
      guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
      return (descriptor, .direct)
    }
  }

  /// The path without symbolic links.
  private static func resolved(_ path: String) throws(FileError) -> String {
    guard let real = unsafe realpath(path, nil) else {
      throw FileError(path: path, operation: "realpath", code: errno)
    }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }

  /// A new file beside `name`; nobody else's, whatever else runs.
  private static func create(_ path: String, replacing name: String, mode: mode_t?)
    throws(FileError) -> (descriptor: CInt, target: Target)
  {
    let directory = name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
    var attempt = 0
    while true {
      let temporary = "\(directory).mainspring-\(getpid())-\(attempt).tmp"
      let descriptor = unsafe Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 {
        if let mode, fchmod(descriptor, mode) != 0 {
          let code = errno
          _ = close(descriptor)
          _ = unsafe unlink(temporary)
          throw FileError(path: path, operation: "fchmod", code: code)
        }
        return (descriptor, .replacing(name, temporary: temporary))
      }
      attempt += 1
      guard errno == EEXIST || errno == EINTR, attempt < 10_000 else {
        throw FileError(path: path, operation: "open", code: errno)
      }
    }
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
