// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What TFLite's own metadata say of a model's ports; the rest of them is for people.
struct StandardMetadata {
  /// By input: what windows are normalised with.
  private(set) var scalers: [Scaler?] = []
  /// By output: the associated file with the names of its classes.
  private(set) var labelFiles: [String?] = []
  private var budget: ReadBudget

  /// - Throws: ``TFLiteError``; bytes are counted from the start of the buffer.
  init(_ buffer: [UInt8]) throws(TFLiteError) {
    budget = ReadBudget(byteCount: buffer.count)
    let bytes = unsafe FlatBytes(buffer.span.bytes)
    try read(bytes)
  }

  private mutating func read(_ bytes: FlatBytes) throws(TFLiteError) {
    try bytes.requireIdentifier(ContractSchema.standardIdentifier, "metadata")
    let root = try FlatTable(bytes, at: try bytes.target(at: 0, "metadata"), "metadata")
    let subgraphs = try root.tables(3, "metadata: subgraph")
    guard subgraphs.count > 0 else { return }
    let subgraph = try subgraphs.table(0, &budget)
    let inputs = try subgraph.tables(2, "metadata: input")
    for index in 0..<inputs.count {
      scalers.append(try scaler(try inputs.table(index, &budget)))
    }
    let outputs = try subgraph.tables(3, "metadata: output")
    for index in 0..<outputs.count {
      labelFiles.append(try labelFile(try outputs.table(index, &budget)))
    }
  }

  private mutating func scaler(_ tensor: borrowing FlatTable) throws(TFLiteError) -> Scaler? {
    let units = try tensor.tables(4, "metadata: process unit")
    for index in 0..<units.count {
      let unit = try units.table(index, &budget)
      guard try unit.scalar(0, default: 0 as UInt8) == ContractSchema.normalization,
        let options = try unit.table(1, "metadata: normalization")
      else { continue }
      return Scaler(
        means: try options.floats(0, &budget), deviations: try options.floats(1, &budget))
    }
    return nil
  }

  private mutating func labelFile(_ tensor: borrowing FlatTable) throws(TFLiteError) -> String? {
    let files = try tensor.tables(6, "metadata: associated file")
    for index in 0..<files.count {
      let file = try files.table(index, &budget)
      guard try file.scalar(2, default: 0 as Int8) == ContractSchema.axisLabels else { continue }
      return try file.string(0, &budget)
    }
    return nil
  }
}
