// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringRecordings

/// Files that are read as a whole: names, scalers, contracts.
enum SmallFile {
  private static let limit = 1 << 22

  static func bytes(_ path: String) throws(Failure) -> [UInt8] {
    let file: MappedFile
    do throws(MappedFileError) { file = try MappedFile(path: path) } catch { throw Failure(error) }
    guard file.byteCount <= limit else {
      throw Failure(.badData, "\(path): expected at most 4 MiB, found \(file.byteCount) bytes")
    }
    // The closure only copies out of the mapped bytes.
    return unsafe file.bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  static func json(_ path: String) throws(Failure) -> JSONValue {
    guard let json = JSONValue(try bytes(path)), json.members != nil else {
      throw Failure(.badData, "\(path): expected a JSON object, found something else")
    }
    return json
  }
}
