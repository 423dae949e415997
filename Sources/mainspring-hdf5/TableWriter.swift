// SPDX-License-Identifier: Apache-2.0

import MainspringWire

/// Walks the groups of HDF5 files and sends what it finds.
struct TableWriter {
  private(set) var recordCount = 0
  private(set) var entries: [TableEntry] = []
  private var byteCount = 0
  private var paths: Set<String> = []
  private var sentAttributes: [String: [String]] = [:]
  /// Groups of the current file, by address: none may be reached twice, or a small file could
  /// list an endless tree.
  private var visited: Set<UInt64> = []

  private static let maximumDepth = 64

  mutating func send(_ reply: Reply, to channel: inout Channel) throws(Refusal) {
    let record = reply.encoded()
    recordCount += 1
    byteCount += record.count
    guard recordCount <= WireFormat.maximumRecordCount else {
      throw Refusal(
        .limit, "the file lists more than \(WireFormat.maximumRecordCount) objects")
    }
    guard byteCount <= WireFormat.maximumTableByteCount else {
      throw Refusal(
        .limit, "names and texts take more than \(WireFormat.maximumTableByteCount) bytes")
    }
    try channel.send(record)
  }

  mutating func send(
    _ file: HDF5File, index: Int, kind: StorageKind, to channel: inout Channel
  ) throws(Refusal) {
    visited = []
    let root = try file.root()
    try walk(root, path: "/", depth: 0, file: index, kind: kind, channel: &channel)
  }

  private mutating func walk(
    _ group: borrowing HDF5Object, path: String, depth: Int, file: Int, kind: StorageKind,
    channel: inout Channel
  ) throws(Refusal) {
    guard depth < TableWriter.maximumDepth else {
      throw Refusal(.limit, "'\(path)' lies more than \(TableWriter.maximumDepth) groups deep")
    }
    guard visited.insert(group.address).inserted else {
      throw Refusal(.unsupported, "'\(path)' leads to a group that was already listed")
    }
    // The shards of one model repeat groups, never datasets.
    if paths.insert(path).inserted { try send(.group(path: path), to: &channel) }
    try sendAttributes(of: group, path: path, kind: kind, channel: &channel)

    let prefix = path == "/" ? "/" : path + "/"
    let left = WireFormat.maximumRecordCount - recordCount
    var names: Set<String> = []
    for link in try group.links(path: path, limit: left) {
      let memberPath = prefix + link.name
      guard names.insert(link.name).inserted else {
        throw Refusal(.damaged, "'\(memberPath)' exists twice")
      }
      guard memberPath.utf8.count <= WireFormat.maximumNameByteCount else {
        throw Refusal(
          .limit, "a path is longer than \(WireFormat.maximumNameByteCount) bytes: '\(memberPath)'")
      }
      guard link.isHard else {
        throw Refusal(
          .unsupported, "'\(memberPath)' is \(link.kindText); only the file itself is read")
      }
      if path == "/" && KerasLayout.ignoredGroups.contains(link.name) { continue }
      let member = try group.member(link.name, path: memberPath)
      switch member.kind {
      case .group:
        try walk(
          member, path: memberPath, depth: depth + 1, file: file, kind: kind, channel: &channel)
      case .dataset:
        guard paths.insert(memberPath).inserted else {
          throw Refusal(.damaged, "'\(memberPath)' is stored twice")
        }
        let header = try member.header(path: memberPath)
        try send(.dataset(header), to: &channel)
        entries.append(TableEntry(file: file, header: header))
      case .other:
        throw Refusal(.unsupported, "'\(memberPath)' is neither a group nor a dataset")
      }
    }
  }

  private mutating func sendAttributes(
    of group: borrowing HDF5Object, path: String, kind: StorageKind, channel: inout Channel
  ) throws(Refusal) {
    let attributes = try group.stringAttributes(
      path: path, ignoring: KerasLayout.ignoredAttributes)
    for (name, values) in TableWriter.joined(attributes) {
      if let sent = sentAttributes["\(path)\u{0}\(name)"] {
        guard sent == values else {
          throw Refusal(.damaged, "attribute '\(name)' of '\(path)' differs between shards")
        }
        continue
      }
      sentAttributes["\(path)\u{0}\(name)"] = values
      if path == "/" && kind != .kerasArchive && KerasLayout.documents.contains(name) {
        guard values.count == 1 else {
          throw Refusal(
            .damaged, "attribute '\(name)' of '/': expected one string, found \(values.count)")
        }
        try send(.document(name: name, text: values[0]), to: &channel)
      } else {
        try send(.attribute(path: path, name: name, values: values), to: &channel)
      }
    }
  }

  /// `layer_names0`, `layer_names1`, … made one list.
  static func joined(_ attributes: [String: [String]]) -> [(String, [String])] {
    var attributes = attributes
    for name in KerasLayout.splitLists where attributes[name] == nil {
      var list: [String] = []
      var count = 0
      while let piece = attributes.removeValue(forKey: "\(name)\(count)") {
        list += piece
        count += 1
      }
      if count > 0 { attributes[name] = list }
    }
    return attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
