// SPDX-License-Identifier: Apache-2.0

/// The options table of an operator: which table of the schema, and its fields by number.
///
/// Table and field numbers live in Swift as data, so that neither reader nor writer needs code
/// generated from the schema (TFLite schema, union `BuiltinOptions`).
public struct OptionsRecord: Hashable, Sendable {
  public enum FieldValue: Hashable, Sendable {
    case bool(Bool)
    /// Enumerations of the schema are bytes.
    case byte(Int8)
    case int(Int32)
    case float(Float)
    case ints([Int32])
  }

  public struct Field: Hashable, Sendable {
    /// Field id in the schema.
    public let id: Int
    public let value: FieldValue

    public init(_ id: Int, _ value: FieldValue) {
      self.id = id
      self.value = value
    }
  }

  /// Discriminant of the union; 0 for no options.
  public var table: UInt8
  /// Fields that differ from the schema's default, ascending by id.
  public var fields: [Field]

  public init(table: UInt8, fields: [Field] = []) {
    self.table = table
    self.fields = fields
  }

  public static let none: OptionsRecord = OptionsRecord(table: 0)

  private func value(_ id: Int) -> FieldValue? {
    for field in fields where field.id == id { return field.value }
    return nil
  }

  public func bool(_ id: Int, default absent: Bool = false) -> Bool {
    if case .bool(let value) = value(id) { value } else { absent }
  }

  public func byte(_ id: Int) -> Int8 {
    if case .byte(let value) = value(id) { value } else { 0 }
  }

  public func int(_ id: Int, default absent: Int32 = 0) -> Int32 {
    if case .int(let value) = value(id) { value } else { absent }
  }

  public func float(_ id: Int) -> Float {
    if case .float(let value) = value(id) { value } else { 0 }
  }

  public func ints(_ id: Int) -> [Int32] {
    if case .ints(let value) = value(id) { value } else { [] }
  }
}
