// SPDX-License-Identifier: Apache-2.0

import MainspringWire

/// A model file that has been opened: one HDF5 file, or what a `.keras` archive holds.
struct StoredModel {
  private let isArchive: Bool
  private let documents: [(name: String, text: String)]
  private let files: [HDF5File]

  static func open(_ bytes: consuming ModelBytes) throws(Refusal) -> StoredModel {
    guard ZipArchive.isArchive(bytes.bytes) else {
      return StoredModel(
        isArchive: false, documents: [], files: [try HDF5File(bytes, name: nil)])
    }
    let members = try ArchiveMembers(archive: ZipArchive(bytes))
    var files: [HDF5File] = []
    for entry in members.weights {
      files.append(try HDF5File(members.archive.contents(of: entry), name: entry.name))
    }
    return StoredModel(isArchive: true, documents: members.documents, files: files)
  }

  /// Sends everything but the numbers.
  ///
  /// - Returns: the datasets in the order they were sent, by which they are asked for.
  func sendTable(to channel: inout Channel) throws(Refusal) -> [TableEntry] {
    var table = TableWriter()
    var kind = StorageKind.kerasArchive
    if !isArchive { kind = try KerasLayout.kind(of: files[0]) }
    try table.send(.kind(kind), to: &channel)
    for document in documents {
      try table.send(.document(name: document.name, text: document.text), to: &channel)
    }
    for (index, file) in files.enumerated() {
      try table.send(file, index: index, kind: kind, to: &channel)
    }
    try channel.send(Reply.end(recordCount: table.recordCount).encoded())
    return table.entries
  }

  /// The numbers of one dataset, as 32-bit floats.
  func values(of entry: TableEntry) throws(Refusal) -> [Float] {
    try files[entry.file].values(of: entry.header)
  }
}

/// A dataset and the file, of those opened, that holds it.
struct TableEntry {
  let file: Int
  let header: DatasetHeader
}
