// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the path of an output leads to before anything is written.
struct OutputTarget {
  enum Way {
    /// Not a regular file, or standard output itself; the descriptor is the caller's to close.
    case direct(CInt)
    /// A regular file, by its path without a link at the end; the mode of the present one.
    case replacing(String, mode: mode_t?)
  }

  let way: Way
  let isStandardOutput: Bool
  /// Nil for what is written directly.
  let identity: FileIdentity?

  private static let standardOutput = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]

  init(_ path: String) throws(FileError) {
    guard !path.utf8.contains(0) else {
      throw FileError(path: path, operation: "open", code: EINVAL)
    }
    guard !path.isEmpty else { throw FileError(path: path, operation: "open", code: ENOENT) }
    // Opened anew, standard output would lose its position and its append mode.
    if OutputTarget.standardOutput.contains(path) {
      let copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
      guard copy >= 0 else { throw FileError(path: path, operation: "dup", code: errno) }
      way = .direct(copy)
      isStandardOutput = true
      identity = nil
      return
    }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      guard errno == ENOENT else {
        throw FileError(path: path, operation: "stat", code: errno)
      }
      let destination = try OutputTarget.followed(path)
      way = .replacing(destination, mode: nil)
      isStandardOutput = false
      identity = FileIdentity(vacant: destination)
      return
    }
    let present = FileIdentity(status)
    isStandardOutput = FileIdentity(of: STDOUT_FILENO) == present
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(path: path, operation: "open", code: EISDIR)
    case S_IFREG:
      // The directory alone decides about a rename; a file protected from writing stays.
      guard unsafe access(path, W_OK) == 0 else {
        throw FileError(path: path, operation: "open", code: errno)
      }
      let destination = try OutputTarget.followed(path)
      // The links in /proc lead to files that may have lost their names.
      guard FileIdentity(of: destination) == present else {
        throw FileError(path: path, operation: "readlink", code: ENOENT)
      }
      way = .replacing(destination, mode: status.st_mode & 0o7777)
      identity = present
    default:
      let descriptor = openApart(path, O_WRONLY | O_NOCTTY)
      guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
      way = .direct(descriptor)
      identity = nil
    }
  }

  /// The path that symbolic links at the end of `path` lead to, be there a file or not.
  private static func followed(_ path: String) throws(FileError) -> String {
    var destination = path
    // As many as the kernel follows.
    for _ in 0...40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink(destination, &buffer, buffer.count)
      guard count > 0 else { return destination }
      let bytes = buffer.prefix(count).map { UInt8(bitPattern: $0) }
      guard let link = String(validating: bytes, as: UTF8.self) else {
        throw FileError(path: path, operation: "readlink", code: EILSEQ)
      }
      destination =
        link.utf8.first == UInt8(ascii: "/")
        ? link : splitPath(destination).directory + link
    }
    throw FileError(path: path, operation: "readlink", code: ELOOP)
  }
}
