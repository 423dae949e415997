// SPDX-License-Identifier: Apache-2.0

import MainspringWire

/// What a model file holds, without its numbers, put together from the records of the process
/// that reads it. That process may have been taken over by the file: every record is checked.
struct StorageTable {
  private(set) var kind: StorageKind?
  private(set) var documents: [String: String] = [:]
  private(set) var groups: Set<String> = []
  /// By path of the group, then by name.
  private(set) var attributes: [String: [String: [String]]] = [:]
  private(set) var datasets: [String: DatasetHeader] = [:]
  /// Positions of the datasets, by which the process knows them.
  private(set) var indices: [String: Int] = [:]
  private var recordCount = 0
  private var byteCount = 0

  /// What is wrong with a record, for a message.
  struct Contradiction: Error {
    let text: String
  }

  /// - Returns: whether the table is complete.
  mutating func add(_ reply: Reply, payloadByteCount: Int) throws(Contradiction) -> Bool {
    byteCount += payloadByteCount + RecordHeader.byteCount
    guard recordCount <= WireFormat.maximumRecordCount,
      byteCount <= WireFormat.maximumTableByteCount + WireFormat.maximumNameByteCount
    else { throw Contradiction(text: "its table has no end") }
    if case .kind = reply {
    } else if kind == nil {
      throw Contradiction(text: "its table does not begin with the kind of file")
    }
    switch reply {
    case .kind(let value):
      guard kind == nil else { throw Contradiction(text: "its table begins twice") }
      kind = value
    case .document(let name, let text):
      guard documents.updateValue(text, forKey: name) == nil else {
        throw Contradiction(text: "document '\(name)' came twice")
      }
    case .group(let path):
      try check(path)
      guard groups.insert(path).inserted else {
        throw Contradiction(text: "group '\(path)' came twice")
      }
    case .attribute(let path, let name, let values):
      guard groups.contains(path) else {
        throw Contradiction(text: "attribute '\(name)' is of no group")
      }
      guard attributes[path, default: [:]].updateValue(values, forKey: name) == nil else {
        throw Contradiction(text: "attribute '\(name)' of '\(path)' came twice")
      }
    case .dataset(let header):
      try check(header.path)
      guard indices.updateValue(datasets.count, forKey: header.path) == nil else {
        throw Contradiction(text: "dataset '\(header.path)' came twice")
      }
      datasets[header.path] = header
    case .end(let count):
      guard count == recordCount else {
        throw Contradiction(text: "expected a table of \(recordCount) records, found \(count)")
      }
      return true
    case .values:
      throw Contradiction(text: "numbers came that nobody asked for")
    case .refusal(let refusal):
      throw Contradiction(text: refusal.text)
    }
    recordCount += 1
    return false
  }

  private func check(_ path: String) throws(Contradiction) {
    guard path.utf8.first == UInt8(ascii: "/") else {
      throw Contradiction(text: "'\(path)' is not an absolute path")
    }
  }
}
