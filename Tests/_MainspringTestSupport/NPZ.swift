// SPDX-License-Identifier: Apache-2.0

import CZip
package import MainspringNumPy

/// The arrays of an .npz file: a zip archive of .npy members, stored or deflated.
package struct NPZ: Sendable {
  /// A file that is no archive, or a member that is not in it.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let path: String
  private let members: [String: [UInt8]]

  /// Reads all members; libzip checks their checksums.
  package init(path: String) throws(Failure) {
    var code: Int32 = 0
    guard let archive = unsafe zip_open(path, ZIP_RDONLY, &code) else {
      throw Failure(description: "\(path): zip_open failed with \(code)")
    }
    defer { unsafe zip_discard(archive) }
    var members: [String: [UInt8]] = [:]
    for index in 0..<UInt64(max(0, unsafe zip_get_num_entries(archive, 0))) {
      var status = unsafe zip_stat_t()
      guard unsafe zip_stat_index(archive, index, 0, &status) == 0,
        let name = unsafe status.name, let file = unsafe zip_fopen_index(archive, index, 0)
      else { throw Failure(description: "\(path): member \(index) cannot be opened") }
      defer { _ = unsafe zip_fclose(file) }
      var bytes = [UInt8](repeating: 0, count: Int(unsafe status.size))
      let count = unsafe zip_fread(file, &bytes, UInt64(bytes.count))
      // One read beyond the end makes libzip compare the checksum.
      var beyond: UInt8 = 0
      let rest = unsafe zip_fread(file, &beyond, 1)
      guard count == bytes.count, rest == 0 else {
        throw Failure(description: "\(path): member \(index) is damaged")
      }
      var key = unsafe String(cString: name)
      if key.hasSuffix(".npy") { key.removeLast(4) }
      members[key] = bytes
    }
    self.path = path
    self.members = members
  }

  /// Names of the arrays, sorted.
  package var names: [String] { members.keys.sorted() }

  package func contains(_ name: String) -> Bool { members[name] != nil }

  /// An array of floats.
  package func floats(_ name: String) throws -> NumPyArray {
    try NumPyArray(bytes: try member(name), name: "\(path):\(name)")
  }

  /// An array of integers, such as int8 inputs and outputs.
  package func integers(_ name: String) throws -> NumPyIntegers {
    try NumPyIntegers(bytes: try member(name), name: "\(path):\(name)")
  }

  private func member(_ name: String) throws(Failure) -> [UInt8] {
    guard let bytes = members[name] else {
      throw Failure(description: "\(path): no array '\(name)', only \(names)")
    }
    return bytes
  }
}
