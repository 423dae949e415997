// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Reads the table of our own; see `contract.fbs`.
struct ContractTable {
  private var budget: ReadBudget

  /// - Throws: ``TFLiteError``; bytes are counted from the start of the buffer.
  static func contract(_ buffer: [UInt8]) throws(TFLiteError) -> ModelContract {
    var reader = ContractTable(budget: ReadBudget(byteCount: buffer.count))
    let bytes = unsafe FlatBytes(buffer.span.bytes)
    return try reader.read(bytes)
  }

  private mutating func read(_ bytes: FlatBytes) throws(TFLiteError) -> ModelContract {
    try bytes.requireIdentifier(ContractSchema.identifier, "contract")
    let root = try FlatTable(bytes, at: try bytes.target(at: 0, "contract"), "contract")
    let version = try root.scalar(0, default: 1 as UInt16)
    guard version <= ContractSchema.readerVersion else {
      throw .unsupported(
        place: "contract",
        what: "version \(version) is later than \(ContractSchema.readerVersion), the last one known"
      )
    }
    var contract = ModelContract()
    let rate = Double(bitPattern: try root.scalar(1, default: 0 as UInt64))
    contract.sampleRate = rate == 0 ? nil : rate
    contract.window = try rows(root, 2)
    contract.hop = try rows(root, 3)
    let inputs = try root.tables(4, "contract: input")
    for index in 0..<inputs.count {
      contract.inputs.append(try input(try inputs.table(index, &budget)))
    }
    if let table = try root.table(5, "contract: calibration") {
      contract.calibration = ModelContract.Calibration(
        method: try table.string(0, &budget),
        windowCount: try integer(try table.scalar(1, default: 0 as UInt32)),
        hash: try table.scalar(2, default: 0 as UInt64))
    }
    if let table = try root.table(6, "contract: rules") { contract.rules = try rules(table) }
    if let table = try root.table(7, "contract: self-test") {
      contract.golden = try golden(table)
    }
    return contract
  }

  private func rows(_ table: borrowing FlatTable, _ id: Int) throws(TFLiteError) -> Int? {
    let rows = try integer(try table.scalar(id, default: 0 as UInt32))
    return rows == 0 ? nil : rows
  }

  private func integer(_ value: UInt32) throws(TFLiteError) -> Int {
    guard let number = Int(exactly: value) else {
      throw .invalid(place: "contract", expected: "a number below 2³¹", found: "\(value)")
    }
    return number
  }

  private mutating func input(_ table: borrowing FlatTable) throws(TFLiteError)
    -> ModelContract.Input
  {
    var input = ModelContract.Input()
    let channels = try table.tables(0, "contract: channel")
    for index in 0..<channels.count {
      let channel = try channels.table(index, &budget)
      input.channels.append(
        ModelContract.Channel(
          name: try channel.string(0, &budget), unit: try channel.string(1, &budget)))
    }
    let lows = try table.floats(1, &budget)
    let highs = try table.floats(2, &budget)
    guard lows.count == highs.count else {
      throw .invalid(
        place: "contract: ranges", expected: "\(lows.count) upper bounds", found: "\(highs.count)")
    }
    for index in lows.indices {
      guard lows[index] <= highs[index] else {
        throw .invalid(
          place: "contract: ranges", expected: "the lower bound first",
          found: "another order at index \(index)")
      }
      input.ranges.append(lows[index]...highs[index])
    }
    return input
  }

  private mutating func rules(_ table: borrowing FlatTable) throws(TFLiteError)
    -> ModelContract.Rules
  {
    var rules = ModelContract.Rules(thresholds: try table.floats(1, &budget))
    rules.smoothing = try integer(try table.scalar(0, default: 1 as UInt32))
    rules.minimumDuration = try table.scalar(2, default: 0 as Int64)
    rules.refractory = try table.scalar(3, default: 0 as Int64)
    rules.rearm = try table.float(4)
    for label in try table.integers(5, UInt32.self, &budget) {
      rules.background.append(try integer(label))
    }
    if let table = try table.table(6, "contract: known windows") {
      rules.known = ModelContract.KnownWindows(
        center: try table.floats(0, &budget), spread: try table.floats(1, &budget),
        limit: try table.float(2))
    }
    rules.isFitted = try table.scalar(7, default: 0 as UInt8) != 0
    return rules
  }

  private mutating func golden(_ table: borrowing FlatTable) throws(TFLiteError) -> GoldenVectors {
    let stored = try table.floats(4, &budget)
    let inputs: GoldenVectors.Inputs =
      stored.isEmpty
      ? .seeded(
        seed: try table.scalar(1, default: 0 as UInt64), low: try table.float(2),
        high: try table.float(3))
      : .stored(stored)
    return GoldenVectors(
      inputs: inputs, windowCount: try integer(try table.scalar(0, default: 0 as UInt32)),
      outputs: try table.floats(5, &budget), tolerance: try table.float(6))
  }
}

extension FlatBytes {
  /// - Throws: `TFLiteError.malformed` when bytes 4 to 7 are others.
  func requireIdentifier(_ identifier: StaticString, _ place: StaticString) throws(TFLiteError) {
    let found = byteCount >= 8 ? String(decoding: copy(4, count: 4), as: UTF8.self) : ""
    guard found == "\(identifier)" else {
      throw .malformed(
        byte: 4, place: "\(place)", expected: "identifier \(identifier)",
        found: byteCount < 8 ? "\(byteCount) bytes" : found.quoted)
    }
  }
}
