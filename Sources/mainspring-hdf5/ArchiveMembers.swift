// SPDX-License-Identifier: Apache-2.0

import CZip
import MainspringWire

/// The members of a `.keras` archive that make the model; all others are left alone.
struct ArchiveMembers {
  let archive: ZipArchive
  let documents: [(name: String, text: String)]
  /// `model.weights.h5`, or the shards that replace it.
  let weights: [ZipEntry]

  init(archive: ZipArchive) throws(Refusal) {
    var needed: [String: ZipEntry] = [:]
    for entry in try archive.entries() where ArchiveMembers.isNeeded(entry.name) {
      guard needed.updateValue(entry, forKey: entry.name) == nil else {
        throw Refusal(.damaged, "the archive has two members named '\(entry.name)'")
      }
    }
    try ArchiveMembers.check(
      needed.values.sorted { $0.index < $1.index }, limit: archive.expandedByteCount)

    guard needed["config.json"] != nil else {
      throw Refusal(
        .unsupported,
        "the archive is not a Keras model: expected a member 'config.json', found none")
    }
    var documents: [(name: String, text: String)] = []
    for name in ["config.json", "metadata.json"] {
      guard let entry = needed[name] else { continue }
      guard let text = try archive.contents(of: entry).text else {
        throw Refusal(.damaged, "member '\(name)': expected UTF-8 text")
      }
      documents.append((name, text))
    }
    self.archive = archive
    self.documents = documents
    weights = try ArchiveMembers.weightEntries(of: needed)
  }

  private static let whole = "model.weights.h5"
  private static let shardIndex = "model.weights.json"

  private static func isShard(_ name: String) -> Bool {
    name.hasPrefix("model_") && name.hasSuffix(".weights.h5")
  }

  private static func isNeeded(_ name: String) -> Bool {
    ["config.json", "metadata.json", whole, shardIndex].contains(name) || isShard(name)
  }

  /// A group lies, with its data, in one shard and may exist empty in others, so that all of
  /// them laid over each other are the model; the index says nothing more.
  private static func weightEntries(of needed: [String: ZipEntry]) throws(Refusal) -> [ZipEntry] {
    let shards = needed.values.filter { isShard($0.name) }.sorted { $0.name < $1.name }
    let isSharded = needed[shardIndex] != nil
    if let single = needed[whole] {
      guard !isSharded else {
        throw Refusal(.damaged, "the archive has both '\(whole)' and '\(shardIndex)'")
      }
      return [single]
    }
    guard isSharded, !shards.isEmpty else {
      throw Refusal(
        .unsupported, "the archive has no weights: expected a member '\(whole)', found none")
    }
    return shards
  }

  private static func check(_ entries: [ZipEntry], limit: Int) throws(Refusal) {
    var total: UInt64 = 0
    for entry in entries {
      guard entry.encryption == UInt16(ZIP_EM_NONE) else {
        throw Refusal(.unsupported, "member '\(entry.name)' is encrypted")
      }
      guard entry.method == UInt16(ZIP_CM_STORE) || entry.method == UInt16(ZIP_CM_DEFLATE) else {
        throw Refusal(
          .unsupported,
          "member '\(entry.name)': expected stored or deflated, found compression method "
            + "\(entry.method)")
      }
      let (sum, overflow) = total.addingReportingOverflow(entry.byteCount)
      guard !overflow, sum <= UInt64(limit) else {
        throw Refusal(
          .limit,
          "member '\(entry.name)': the archive claims to unpack to more than \(limit) bytes")
      }
      total = sum
    }
  }
}
