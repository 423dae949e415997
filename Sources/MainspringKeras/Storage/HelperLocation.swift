// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where the program that reads HDF5 is installed.
enum HelperLocation {
  static let name = "mainspring-hdf5"

  /// `given`, or else the program beside the running one, or in `../libexec/mainspring` of it.
  /// The environment has no say in what is executed.
  static func find(_ given: String?, for file: String) throws(StorageError) -> String {
    let candidates = given.map { [$0] } ?? installed()
    for candidate in candidates where unsafe access(candidate, X_OK) == 0 { return candidate }
    throw StorageError(file, .helperMissing(lookedFor: candidates))
  }

  private static func installed() -> [String] {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let path = buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else {
      return ["/usr/libexec/mainspring/\(name)"]
    }
    let directory = String(decoding: path[..<slash], as: UTF8.self)
    return ["\(directory)/\(name)", "\(directory)/../libexec/mainspring/\(name)"]
  }
}
