// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension TFLiteModel.Subgraph {
  init(_ table: borrowing FlatTable, _ codes: [OperatorCode], _ budget: inout ReadBudget)
    throws(TFLiteError)
  {
    self.init()
    name = try table.string(4, &budget)
    inputs = try table.integers(1, Int32.self, &budget)
    outputs = try table.integers(2, Int32.self, &budget)
    let operators = try table.tables(3, "operator")
    for index in 0..<operators.count {
      self.operators.append(
        try TFLiteModel.OperatorRecord(try operators.table(index, &budget), codes, &budget))
    }
    let tensors = try table.tables(0, "tensor")
    for index in 0..<tensors.count {
      self.tensors.append(
        try TFLiteModel.TensorRecord(try tensors.table(index, &budget), codes, &budget))
    }
  }
}

extension TFLiteModel.TensorRecord {
  init(_ table: borrowing FlatTable, _ codes: [OperatorCode], _ budget: inout ReadBudget)
    throws(TFLiteError)
  {
    self.init(
      name: try table.string(3, &budget), shape: try table.integers(0, Int32.self, &budget),
      type: TensorType(code: try table.scalar(1, default: 0 as Int8)))
    buffer = try table.index(2)
    isVariable = try table.bool(5)
    let place = "tensor \(name.quoted)"
    if try table.target(6) != nil {
      throw .unsupported(place: place, what: "sparse tensors are not supported")
    }
    if try table.scalar(10, default: 0 as UInt32) != 0 {
      throw .unsupported(place: place, what: "data in external buffers is not supported")
    }
    try refuseOpaqueTypes(codes, place)
    let signature = try table.integers(7, Int32.self, &budget)
    // A signature without unknown extents says no more than the shape.
    if signature.contains(where: { $0 < 0 }) { shapeSignature = signature }
    if let table = try table.table(4, "quantization") {
      quantization = try TFLiteModel.QuantizationRecord(table, place, &budget)
    }
  }

  /// Types whose elements are not numbers.
  private func refuseOpaqueTypes(_ codes: [OperatorCode], _ place: String) throws(TFLiteError) {
    let reason: String
    switch type.code {
    case 5: reason = "strings are not supported"
    case 13: reason = "the model's variables were not frozen when it was converted"
    case 14: reason = "tensor lists are not supported"
    default: return
    }
    let culprit = codes.first { $0.code == .custom }
    let hint = culprit.map { "; the model uses the custom operator \($0.customCode.quoted)" } ?? ""
    throw .unsupported(place: place, what: "type \(type): \(reason)\(hint)")
  }
}

extension TFLiteModel.QuantizationRecord {
  /// - Returns: nil when the table has a calibration range at most.
  init?(_ table: borrowing FlatTable, _ place: String, _ budget: inout ReadBudget)
    throws(TFLiteError)
  {
    let details = try table.scalar(4, default: 0 as UInt8)
    guard details == 0 else {
      throw .unsupported(place: place, what: "quantization details of kind \(details)")
    }
    let scales = try table.floats(2, &budget)
    var zeroPoints = try table.integers(3, Int64.self, &budget)
    if scales.isEmpty && zeroPoints.isEmpty { return nil }
    if zeroPoints.isEmpty { zeroPoints = [Int64](repeating: 0, count: scales.count) }
    self.init(
      scales: scales, zeroPoints: zeroPoints, axis: try table.scalar(6, default: 0 as Int32))
  }
}

extension TFLiteModel.Signature {
  init(_ table: borrowing FlatTable, _ budget: inout ReadBudget) throws(TFLiteError) {
    self.init(
      key: try table.string(2, &budget),
      inputs: try Self.entries(try table.tables(0, "signature input"), &budget),
      outputs: try Self.entries(try table.tables(1, "signature output"), &budget))
    subgraph = try table.index(4)
  }

  private static func entries(_ tables: borrowing FlatTables, _ budget: inout ReadBudget)
    throws(TFLiteError) -> [Entry]
  {
    var entries: [Entry] = []
    for index in 0..<tables.count {
      let table = try tables.table(index, &budget)
      entries.append(Entry(name: try table.string(0, &budget), tensor: try table.index(1)))
    }
    return entries
  }
}
