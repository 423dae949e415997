// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file operation of a test that failed.
package struct FileFailure: Error, CustomStringConvertible {
  package let description: String

  init(_ path: String, _ call: String) {
    let reason = unsafe String(cString: strerror(errno))
    description = "\(path): \(call): \(reason)"
  }
}

/// The whole content of a file.
package func readFile(_ path: String) throws(FileFailure) -> [UInt8] {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileFailure(path, "open") }
  defer { _ = close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &chunk, chunk.count)
    if count < 0 { throw FileFailure(path, "read") }
    if count == 0 { return bytes }
    bytes += chunk[..<count]
  }
}

/// Creates or replaces a file.
package func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileFailure) {
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw FileFailure(path, "open") }
  defer { _ = close(descriptor) }
  var done = 0
  while done < bytes.count {
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done)
    }
    if count < 0 { throw FileFailure(path, "write") }
    done += count
  }
}

/// Names in a folder, sorted, without `.` and `..`.
package func listFolder(_ path: String) throws(FileFailure) -> [String] {
  guard let folder = unsafe opendir(path) else { throw FileFailure(path, "opendir") }
  defer { _ = unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// A folder of its own for one test, removed with its content when the last reference goes.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws(FileFailure) {
    let parent = Location.environment("TMPDIR") ?? "/tmp"
    let pattern = "\(parent)/mainspring-test-" + String(repeating: "X", count: 6)
    var template = Array(pattern.utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw FileFailure(parent, "mkdtemp") }
    path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// The path of a file in the folder.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  private static func remove(_ path: String) {
    // Tests take permissions away; the folder must be writable again to be emptied.
    _ = unsafe chmod(path, 0o700)
    // An unreadable folder is left behind; the system empties its temporary folder.
    let names: [String]
    do { names = try listFolder(path) } catch { return }
    for name in names {
      let child = "\(path)/\(name)"
      if unsafe unlink(child) != 0 { remove(child) }
    }
    _ = unsafe rmdir(path)
  }
}

/// Gives this thread a table of descriptors of its own, so that what it closes no other thread of
/// the process opens as something else. False where the system refuses.
public func ownDescriptors() -> Bool {
  let cloneFiles: CInt = 0x400
  return unshare(cloneFiles) == 0
}

/// Glibc declares it for GNU sources only, which its Swift module is not.
@_silgen_name("unshare") private func unshare(_ flags: CInt) -> CInt
