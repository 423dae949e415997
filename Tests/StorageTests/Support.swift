// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire

@testable import MainspringKeras

enum Place {
  static let root: String = {
    var parts = #filePath.split(separator: "/")
    parts.removeLast(3)
    return "/" + parts.joined(separator: "/")
  }()

  static func fixture(_ name: String) -> String { "\(root)/fixtures/storage/\(name)" }

  /// The large collection of models beside the checkout, where there is one.
  static let shared: String? = {
    let given = getenv("MAINSPRING_SHARED").map { String(cString: $0) }
    let path = given ?? "\(root)/../shared"
    return access("\(path)/conformance/models", R_OK) == 0 ? path : nil
  }()

  /// Names of the files in a directory.
  static func list(_ directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}

/// A directory that is removed, with its files, at the end of its life.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/mainspring-storage-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { preconditionFailure("no temporary directory") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    for name in Place.list(path) { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  @discardableResult
  func write(_ name: String, _ bytes: [UInt8], mode: mode_t = 0o644) -> String {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    precondition(descriptor >= 0, "cannot write \(file)")
    precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    return file
  }

  /// A program that sends `reply` and then does as `afterwards`, a line of shell, says.
  func helper(_ reply: [UInt8], afterwards: String = "exit 0") -> String {
    write("reply", reply)
    let script = "#!/bin/sh\n/bin/cat '\(path)/reply' >&0\n\(afterwards)\n"
    return write("helper", Array(script.utf8), mode: 0o755)
  }
}

func contents(_ path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  precondition(descriptor >= 0, "cannot read \(path)")
  defer { close(descriptor) }
  var status = stat()
  fstat(descriptor, &status)
  var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 65536)
  var count = 0
  while true {
    let got = bytes.withUnsafeMutableBytes { buffer in
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
      return read(descriptor, rest.baseAddress, rest.count)
    }
    if got <= 0 { return Array(bytes.prefix(count)) }
    count += got
  }
}

func dataset(_ path: String, _ elementType: StoredElementType, _ shape: [Int]) -> DatasetHeader {
  guard let header = DatasetHeader(path: path, elementType: elementType, shape: shape) else {
    preconditionFailure("no such dataset")
  }
  return header
}

/// What the fixtures hold unless said otherwise.
func ramp(_ count: Int) -> [Float] { (0..<count).map { 0.5 * Float($0) - 1 } }

/// The problem that opening `path`, and reading all of it, ends with; nil when it is read.
func problem(_ path: String, helper: String? = nil, timeout: Duration = .seconds(300))
  -> StorageError.Problem?
{
  do throws(StorageError) {
    let storage = try ModelStorage(path: path, helper: helper, timeout: timeout)
    for (path, header) in storage.datasets where header.elementType != .other {
      _ = try storage.floats(path, shape: header.shape)
    }
    return nil
  } catch {
    return error.problem
  }
}
