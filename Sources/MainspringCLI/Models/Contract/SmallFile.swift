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
    let json = JSONValue(try bytes(path))
    guard let json, json.members != nil else {
      let found = json?.summary ?? "no JSON"
      throw Failure(.badData, "\(path): expected a JSON object, found \(found)")
    }
    return json
  }
}
