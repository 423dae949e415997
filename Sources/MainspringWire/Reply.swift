// SPDX-License-Identifier: Apache-2.0

/// One record from the storage process.
package enum Reply: Equatable, Sendable {
  /// Which layout the file has; comes first.
  case kind(StorageKind)
  /// A text the file carries, such as `model_config` or `config.json`.
  case document(name: String, text: String)
  /// A group, by its absolute path.
  case group(path: String)
  /// A string or list of strings attached to the group at `path`.
  case attribute(path: String, name: String, values: [String])
  /// An array; requests count these from 0.
  case dataset(DatasetHeader)
  /// The table is complete; the number of records before this one.
  case end(recordCount: Int)
  /// `count` floats of dataset `index` follow this record.
  case values(index: Int, count: Int)
  /// Nothing more will come, for this reason.
  case refusal(Refusal)
}

extension Reply {
  package func encoded() -> [UInt8] {
    switch self {
    case .kind(let kind):
      var writer = RecordWriter(kind: .kind)
      writer.append(kind.rawValue)
      return writer.finished()
    case .document(let name, let text):
      var writer = RecordWriter(kind: .document)
      writer.append(name)
      writer.append(text)
      return writer.finished()
    case .group(let path):
      var writer = RecordWriter(kind: .group)
      writer.append(path)
      return writer.finished()
    case .attribute(let path, let name, let values):
      var writer = RecordWriter(kind: .attribute)
      writer.append(path)
      writer.append(name)
      writer.append(count: values.count)
      for value in values { writer.append(value) }
      return writer.finished()
    case .dataset(let header):
      var writer = RecordWriter(kind: .dataset)
      writer.append(header.path)
      writer.append(header.elementType.rawValue)
      writer.append(count: header.shape.count)
      for extent in header.shape { writer.append(UInt64(extent)) }
      return writer.finished()
    case .end(let recordCount):
      var writer = RecordWriter(kind: .end)
      writer.append(count: recordCount)
      return writer.finished()
    case .values(let index, let count):
      var writer = RecordWriter(kind: .values)
      writer.append(count: index)
      writer.append(count: count)
      return writer.finished()
    case .refusal(let refusal):
      var writer = RecordWriter(kind: .refusal)
      writer.append(refusal.code.rawValue)
      writer.append(refusal.text)
      return writer.finished()
    }
  }

  /// - Throws: `WireError` when `payload` is not what a storage process sends.
  package init(header: RecordHeader, payload: [UInt8]) throws(WireError) {
    var reader = RecordReader(payload)
    switch header.kind {
    case .kind:
      let code = try reader.uint32("kind of file")
      guard let kind = StorageKind(rawValue: code) else {
        throw .unknown(field: "kind of file", found: Int(clamping: code))
      }
      self = .kind(kind)
    case .document:
      let name = try reader.name("name of a document")
      let text = try reader.text("document", limit: WireFormat.maximumTextByteCount)
      self = .document(name: name, text: text)
    case .group:
      self = .group(path: try reader.name("path of a group"))
    case .attribute:
      let path = try reader.name("path of an attribute")
      let name = try reader.name("name of an attribute")
      self = .attribute(path: path, name: name, values: try reader.texts("attribute values"))
    case .dataset:
      self = .dataset(try DatasetHeader(decoding: &reader))
    case .end:
      let count = try reader.count("number of records", limit: WireFormat.maximumRecordCount)
      self = .end(recordCount: count)
    case .values:
      let index = try reader.count("dataset", limit: WireFormat.maximumRecordCount)
      let count = try reader.count("elements", limit: WireFormat.maximumElementCount)
      self = .values(index: index, count: count)
    case .refusal:
      let number = try reader.uint32("code of a refusal")
      guard let code = Refusal.Code(rawValue: number) else {
        throw .unknown(field: "code of a refusal", found: Int(clamping: number))
      }
      self = .refusal(Refusal(code, try reader.name("text of a refusal")))
    case .request:
      throw .unknown(field: "kind of reply", found: Int(header.kind.rawValue))
    }
    try reader.finish()
  }
}
