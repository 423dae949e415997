// SPDX-License-Identifier: Apache-2.0

/// Names of classes, a line for each.
struct ClassNames {
  let path: String
  let names: [String]

  /// - Throws: ``Failure`` when the file cannot be read, is no text, or has an empty or a repeated
  ///   line.
  init(_ path: String) throws(Failure) {
    guard let text = String(validating: try SmallFile.bytes(path), as: UTF8.self) else {
      throw Failure(.badData, "\(path): expected UTF-8 text, found other bytes")
    }
    var names: [String] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    for (index, line) in lines.enumerated() {
      let name = String(line.hasSuffix("\r") ? line.dropLast() : line)
      guard !name.isEmpty else {
        throw Failure(.badData, "\(path): line \(index + 1): expected a name, found nothing")
      }
      if let other = names.firstIndex(of: name) {
        throw Failure(
          .badData,
          "\(path): line \(index + 1): expected a name of its own, found that of line \(other + 1)")
      }
      names.append(name)
    }
    self.path = path
    self.names = names
  }
}
