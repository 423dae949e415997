// SPDX-License-Identifier: Apache-2.0

extension TFLiteModel.OperatorRecord {
  init(_ table: borrowing FlatTable, _ codes: [OperatorCode], _ budget: inout ReadBudget)
    throws(TFLiteError)
  {
    let index = try table.index(0)
    guard index < codes.count else {
      throw .malformed(
        byte: table.position, place: "operator", expected: "an operator code below \(codes.count)",
        found: "\(index)")
    }
    let code = codes[index]
    guard try table.scalar(11, default: 0 as UInt8) == 0 else {
      throw .unsupported(
        place: "operator \(code.code)", what: "StableHLO options are not supported")
    }
    self.init(
      code: code.code, version: code.version, inputs: try table.integers(1, Int32.self, &budget),
      outputs: try table.integers(2, Int32.self, &budget),
      options: try OptionsRecord(inOperator: table, of: code.code, &budget))
    customCode = code.customCode
    intermediates = try table.integers(8, Int32.self, &budget)
  }
}

extension OptionsRecord {
  /// The options of an operator, by the layout its union tag names.
  init(
    inOperator table: borrowing FlatTable, of code: BuiltinOperator, _ budget: inout ReadBudget
  ) throws(TFLiteError) {
    let tag = try table.scalar(3, default: 0 as UInt8)
    guard tag != 0, let options = try table.table(4, "options") else {
      self = .none
      return
    }
    guard let layout = OptionsRecord.layout(ofTable: tag) else {
      throw .unsupported(place: "operator \(code)", what: "options table \(tag) is not known")
    }
    self.init(table: tag)
    for id in layout.indices {
      if let value = try options.value(id, layout[id], &budget) { fields.append(Field(id, value)) }
    }
    // Many tables may share one long vtable.
    let surplus = max(options.fieldLimit - layout.count, 0)
    try budget.spend(2 * surplus, at: options.position, "options")
    for id in layout.count..<(layout.count + surplus) {
      if let position = try options.field(id, size: 1) {
        throw .malformed(
          byte: position, place: "options of \(code)", expected: "\(layout.count) fields",
          found: "field \(id)")
      }
    }
  }
}

extension FlatTable {
  /// The value of an options field; nil when it is absent or equals its default.
  fileprivate func value(
    _ id: Int, _ kind: OptionsRecord.FieldKind, _ budget: inout ReadBudget
  ) throws(TFLiteError) -> OptionsRecord.FieldValue? {
    switch kind {
    case .bool: return try bool(id) ? .bool(true) : nil
    case .boolTrue: return try bool(id, default: true) ? nil : .bool(false)
    case .byte:
      let value = try scalar(id, default: 0 as Int8)
      return value == 0 ? nil : .byte(value)
    case .int:
      let value = try scalar(id, default: 0 as Int32)
      return value == 0 ? nil : .int(value)
    case .intOne:
      let value = try scalar(id, default: 1 as Int32)
      return value == 1 ? nil : .int(value)
    case .float:
      let value = try float(id)
      return value == 0 ? nil : .float(value)
    case .ints:
      let values = try integers(id, Int32.self, &budget)
      return values.isEmpty ? nil : .ints(values)
    case .opaque: return nil
    }
  }
}
