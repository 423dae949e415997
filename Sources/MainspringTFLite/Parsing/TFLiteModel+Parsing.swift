// SPDX-License-Identifier: Apache-2.0

extension TFLiteModel {
  /// Reads a `.tflite` file.
  ///
  /// Everything that is not understood is refused by name; all indices are checked. Bytes after
  /// the flatbuffer are allowed: associated files are carried there.
  ///
  /// - Parameter bytes: the whole file, at any alignment.
  /// - Throws: ``TFLiteError``, with the byte offset when the flatbuffer itself is damaged.
  /// - Complexity: O(file size); copies the buffers.
  public init(parsing bytes: RawSpan) throws(TFLiteError) {
    let bytes = FlatBytes(bytes)
    guard bytes.byteCount >= 8, bytes.copy(4, count: 4) == Array("TFL3".utf8) else {
      throw .malformed(
        byte: 4, place: "file", expected: "identifier TFL3",
        found: bytes.byteCount < 8 ? "a file of \(bytes.byteCount) bytes" : "another one")
    }
    var budget = ReadBudget(byteCount: bytes.byteCount)
    let root = try FlatTable(bytes, at: try bytes.target(at: 0, "root"), "model")
    let version = try root.scalar(0, default: 0 as UInt32)
    guard version == 3 else {
      throw .malformed(
        byte: root.position, place: "model", expected: "schema version 3", found: "\(version)")
    }
    for (id, name) in [(8, "external buffer groups"), (9, "external buffers")] {
      if try root.target(id) != nil {
        throw .unsupported(place: "model", what: "\(name) are not supported")
      }
    }

    self.init()
    description = try root.string(3, &budget)
    let codes = try OperatorCode.parse(try root.tables(1, "operator code"), &budget)
    let subgraphs = try root.tables(2, "subgraph")
    for index in 0..<subgraphs.count {
      self.subgraphs.append(try Subgraph(try subgraphs.table(index, &budget), codes, &budget))
    }
    let buffers = try root.tables(4, "buffer")
    self.buffers = []
    for index in 0..<buffers.count {
      self.buffers.append(try TFLiteModel.buffer(try buffers.table(index, &budget), &budget))
    }
    let metadata = try root.tables(6, "metadata")
    for index in 0..<metadata.count {
      let entry = try metadata.table(index, &budget)
      self.metadata.append(
        Metadata(name: try entry.string(0, &budget), buffer: try entry.index(1)))
    }
    let signatures = try root.tables(7, "signature")
    for index in 0..<signatures.count {
      self.signatures.append(try Signature(try signatures.table(index, &budget), &budget))
    }
    let isDescribed = self.metadata.contains { $0.name == ContractSchema.standardName }
    if let archive = try ZipArchive(bytes, hasComment: isDescribed) {
      associatedFiles = try archive.members(bytes, &budget)
    }
    try validate()
  }

  /// The data of one buffer, from inside the flatbuffer or behind it.
  private static func buffer(_ table: borrowing FlatTable, _ budget: inout ReadBudget)
    throws(TFLiteError) -> [UInt8]
  {
    let offset = try table.scalar(1, default: 0 as UInt64)
    let size = try table.scalar(2, default: 0 as UInt64)
    // TFLite reserves the offsets 0 and 1 for "inside".
    guard offset > 1 else { return try table.blob(0, &budget) ?? [] }
    guard try table.target(0) == nil else {
      throw .malformed(
        byte: table.position, place: "buffer", expected: "data inside or behind the flatbuffer",
        found: "both")
    }
    guard let position = Int(exactly: offset), let count = Int(exactly: size),
      position <= table.bytes.byteCount, count <= table.bytes.byteCount - position
    else {
      throw .malformed(
        byte: table.position, place: "buffer", expected: "data inside the file",
        found: "\(size) bytes at \(offset)")
    }
    try budget.spend(count, at: position, "buffer")
    return table.bytes.copy(position, count: count)
  }
}

extension FlatTable {
  /// An unsigned index; whether it exists is checked by `TFLiteModel.validate`.
  func index(_ id: Int) throws(TFLiteError) -> Int {
    let stored = try scalar(id, default: 0 as UInt32)
    guard let index = Int(exactly: stored) else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "an index below 2³¹", found: "\(stored)")
    }
    return index
  }
}

/// An entry of the file's list of operator kinds.
struct OperatorCode {
  var code: BuiltinOperator
  var version: Int32
  var customCode: String

  static func parse(_ tables: borrowing FlatTables, _ budget: inout ReadBudget)
    throws(TFLiteError) -> [OperatorCode]
  {
    var codes: [OperatorCode] = []
    for index in 0..<tables.count {
      let table = try tables.table(index, &budget)
      // Files from before schema 3a have only the byte.
      let old = Int32(try table.scalar(0, default: 0 as Int8))
      let new = try table.scalar(3, default: 0 as Int32)
      codes.append(
        OperatorCode(
          code: BuiltinOperator(code: max(old, new)), version: try table.scalar(2, default: 1),
          customCode: try table.string(1, &budget)))
    }
    return codes
  }
}
