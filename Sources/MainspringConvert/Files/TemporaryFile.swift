// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A new file in the directory of the one it is to replace.
///
/// It has no name until ``place()``, so that not even a killed process leaves it behind. Where
/// the file system or a missing /proc does not allow that, it has a hidden one from the start.
struct TemporaryFile {
  let descriptor: CInt
  /// The path the user gave, for errors.
  private let path: String
  private let destination: String
  private var name: String?

  /// - Parameters:
  ///   - destination: the file to make or replace.
  ///   - path: what errors call it.
  ///   - mode: its permissions, or nil for those of any new file.
  ///   - named: gives it a name from the start.
  init(for destination: String, path: String, mode: mode_t?, named: Bool) throws(FileError) {
    self.path = path
    self.destination = destination
    if !named, let descriptor = TemporaryFile.openNameless(for: destination) {
      self.descriptor = descriptor
    } else {
      var opened: CInt = -1
      name = try TemporaryFile.claimName(for: destination, path: path, operation: "open") { name in
        opened = openApart(name, O_WRONLY | O_CREAT | O_EXCL, mode: 0o666)
        return opened >= 0
      }
      descriptor = opened
    }
    if let mode, fchmod(descriptor, mode) != 0 {
      let code = errno
      discard()
      _ = close(descriptor)
      throw FileError(path: path, operation: "fchmod", code: code)
    }
  }

  /// Gives the file the name of the destination, in one step.
  mutating func place() throws(FileError) {
    if name == nil {
      if link(as: destination) { return }
      guard errno == EEXIST else { throw FileError(path: path, operation: "link", code: errno) }
      // A link cannot replace; a rename can.
      name = try TemporaryFile.claimName(for: destination, path: path, operation: "link") { name in
        link(as: name)
      }
    }
    guard let name else { return }
    guard unsafe rename(name, destination) == 0 else {
      throw FileError(path: path, operation: "rename", code: errno)
    }
    self.name = nil
  }

  /// Removes the name, if there is one that is not the destination's.
  mutating func discard() {
    if let name { _ = unsafe unlink(name) }
    name = nil
  }

  private func link(as name: String) -> Bool {
    unsafe linkat(
      AT_FDCWD, TemporaryFile.linkable(descriptor), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
  }

  private static func linkable(_ descriptor: CInt) -> String { "/proc/self/fd/\(descriptor)" }

  /// - Returns: nil when that is not possible here; the way with a name then says why.
  private static func openNameless(for destination: String) -> CInt? {
    let directory = splitPath(destination).directory
    let descriptor = openApart(
      directory.isEmpty ? "." : directory, O_WRONLY | __O_TMPFILE, mode: 0o666)
    guard descriptor >= 0 else { return nil }
    guard unsafe access(linkable(descriptor), F_OK) == 0 else {
      _ = close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Tries names beside the destination until one is nobody else's, whatever else runs.
  ///
  /// - Parameter claim: takes a name, or returns false and leaves the reason in `errno`.
  private static func claimName(
    for destination: String, path: String, operation: String, _ claim: (String) -> Bool
  ) throws(FileError) -> String {
    let directory = splitPath(destination).directory
    for attempt in 0..<10_000 {
      let name = "\(directory).mainspring-\(getpid())-\(attempt).tmp"
      if claim(name) { return name }
      guard errno == EEXIST || errno == EINTR else {
        throw FileError(path: path, operation: operation, code: errno)
      }
    }
    throw FileError(path: path, operation: operation, code: EEXIST)
  }
}
