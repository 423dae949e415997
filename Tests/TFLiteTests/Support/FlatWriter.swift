// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

/// A piece of a flatbuffer, to be laid out naively: parents first, nothing shared.
indirect enum Flat {
  case bool(Bool), byte(Int8), ubyte(UInt8), int(Int32), uint(UInt32), ulong(UInt64), float(Float)
  case string(String), bytes([UInt8]), ints([Int32]), longs([Int64]), floats([Float])
  case tables([Flat])
  /// One table, many times.
  case repeated(Flat, count: Int)
  /// Fields by number.
  case table([Int: Flat])
  /// A table whose vtable has room for this many fields.
  case longTable([Int: Flat], fieldCount: Int)

  /// A whole file.
  func file(identifier: String = "TFL3") -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0, 0] + Array(identifier.utf8)
    let root = write(to: &bytes)
    patch(&bytes, at: 0, with: root)
    return bytes
  }

  private var inline: [UInt8]? {
    switch self {
    case .bool(let value): [value ? 1 : 0]
    case .byte(let value): little(UInt8(bitPattern: value))
    case .ubyte(let value): [value]
    case .int(let value): little(value)
    case .uint(let value): little(value)
    case .ulong(let value): little(value)
    case .float(let value): little(value.bitPattern)
    default: nil
    }
  }

  /// - Returns: where the piece starts.
  private func write(to bytes: inout [UInt8]) -> Int {
    while bytes.count % 8 != 4 { bytes.append(0) }
    let start = bytes.count
    switch self {
    case .string(let text): bytes += little(UInt32(text.utf8.count)) + Array(text.utf8) + [0]
    case .bytes(let data): bytes += little(UInt32(data.count)) + data
    case .ints(let values): bytes += little(UInt32(values.count)) + values.flatMap(little)
    case .longs(let values): bytes += little(UInt32(values.count)) + values.flatMap(little)
    case .floats(let values):
      bytes += little(UInt32(values.count)) + values.flatMap { little($0.bitPattern) }
    case .tables(let tables):
      bytes += little(UInt32(tables.count)) + [UInt8](repeating: 0, count: 4 * tables.count)
      for (index, table) in tables.enumerated() {
        patch(&bytes, at: start + 4 + 4 * index, with: table.write(to: &bytes))
      }
    case .repeated(let table, let count):
      bytes += little(UInt32(count)) + [UInt8](repeating: 0, count: 4 * count)
      let target = table.write(to: &bytes)
      for index in 0..<count { patch(&bytes, at: start + 4 + 4 * index, with: target) }
    case .table(let fields): return writeTable(fields, to: &bytes)
    case .longTable(let fields, let fieldCount):
      return writeTable(fields, fieldCount: fieldCount, to: &bytes)
    default: preconditionFailure("scalars are part of their table")
    }
    return start
  }

  private func writeTable(
    _ fields: [Int: Flat], fieldCount: Int = 0, to bytes: inout [UInt8]
  ) -> Int {
    let last = fields.keys.max() ?? -1
    var offsets = [UInt16](repeating: 0, count: max(last + 1, fieldCount))
    var content: [UInt8] = []
    var children: [(Int, Flat)] = []
    for id in fields.keys.sorted() {
      guard let field = fields[id] else { continue }
      while content.count % 8 != 4 { content.append(0) }
      offsets[id] = UInt16(4 + content.count)
      if field.inline == nil { children.append((4 + content.count, field)) }
      content += field.inline ?? [0, 0, 0, 0]
    }
    let vtable = bytes.count
    bytes += little(UInt16(4 + 2 * offsets.count)) + little(UInt16(4 + content.count))
    bytes += offsets.flatMap(little)
    while bytes.count % 8 != 4 { bytes.append(0) }
    let table = bytes.count
    bytes += little(Int32(table - vtable)) + content
    for (offset, child) in children {
      patch(&bytes, at: table + offset, with: child.write(to: &bytes))
    }
    return table
  }

  private func patch(_ bytes: inout [UInt8], at position: Int, with target: Int) {
    for (index, byte) in little(UInt32(target - position)).enumerated() {
      bytes[position + index] = byte
    }
  }
}

private func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  (0..<(T.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
}

extension TFLiteModel {
  /// The model as a file, by the field numbers of the schema.
  func flat() -> Flat {
    var codes: [OperatorRecord] = []
    for subgraph in subgraphs {
      for record in subgraph.operators
      where !codes.contains(where: { $0.code == record.code && $0.version == record.version }) {
        codes.append(record)
      }
    }
    return .table([
      0: .uint(3),
      1: .tables(
        codes.map { record in
          .table([
            0: .byte(Int8(clamping: record.code.code)), 1: .string(record.customCode),
            2: .int(record.version), 3: .int(record.code.code),
          ])
        }),
      2: .tables(subgraphs.map { $0.flat(codes) }),
      3: .string(description),
      4: .tables(buffers.map { $0.isEmpty ? .table([:]) : .table([0: .bytes($0)]) }),
      6: .tables(metadata.map { .table([0: .string($0.name), 1: .uint(UInt32($0.buffer))]) }),
      7: .tables(
        signatures.map { signature in
          .table([
            0: .tables(signature.inputs.map { $0.flat }),
            1: .tables(signature.outputs.map { $0.flat }), 2: .string(signature.key),
            4: .uint(UInt32(signature.subgraph)),
          ])
        }),
    ])
  }
}

extension TFLiteModel.Signature.Entry {
  fileprivate var flat: Flat { .table([0: .string(name), 1: .uint(UInt32(tensor))]) }
}

extension TFLiteModel.Subgraph {
  fileprivate func flat(_ codes: [TFLiteModel.OperatorRecord]) -> Flat {
    .table([
      0: .tables(tensors.map { $0.flat }), 1: .ints(inputs), 2: .ints(outputs),
      3: .tables(
        operators.map { record in
          let code =
            codes.firstIndex { $0.code == record.code && $0.version == record.version } ?? 0
          var fields: [Int: Flat] = [
            0: .uint(UInt32(code)), 1: .ints(record.inputs), 2: .ints(record.outputs),
          ]
          if record.options.table != 0 {
            fields[3] = .ubyte(record.options.table)
            fields[4] = record.options.flat
          }
          if !record.intermediates.isEmpty { fields[8] = .ints(record.intermediates) }
          return .table(fields)
        }), 4: .string(name),
    ])
  }
}

extension TFLiteModel.TensorRecord {
  fileprivate var flat: Flat {
    var fields: [Int: Flat] = [
      0: .ints(shape), 1: .byte(type.code), 2: .uint(UInt32(buffer)), 3: .string(name),
      5: .bool(isVariable),
    ]
    if !shapeSignature.isEmpty { fields[7] = .ints(shapeSignature) }
    if let quantization {
      fields[4] = .table([
        2: .floats(quantization.scales), 3: .longs(quantization.zeroPoints),
        6: .int(quantization.axis),
      ])
    }
    return .table(fields)
  }
}

extension OptionsRecord {
  fileprivate var flat: Flat {
    var result: [Int: Flat] = [:]
    for field in fields {
      switch field.value {
      case .bool(let value): result[field.id] = .bool(value)
      case .byte(let value): result[field.id] = .byte(value)
      case .int(let value): result[field.id] = .int(value)
      case .float(let value): result[field.id] = .float(value)
      case .ints(let values): result[field.id] = .ints(values)
      }
    }
    return .table(result)
  }
}
