// SPDX-License-Identifier: Apache-2.0

/// A table of a flatbuffer: fields by number, absent ones at their default.
///
/// Format: flatbuffers.dev, "FlatBuffer Internals".
struct FlatTable: ~Escapable {
  let bytes: FlatBytes
  let position: Int
  /// What the table is called in errors.
  let place: StaticString
  private let vtable: Int
  private let vtableByteCount: Int
  private let tableByteCount: Int

  @_lifetime(copy bytes)
  init(_ bytes: FlatBytes, at position: Int, _ place: StaticString) throws(TFLiteError) {
    let distance = Int(try bytes.scalar(Int32.self, at: position, place))
    // On a 32-bit machine too: positions are below 2³¹ there.
    let (vtable, overflow) = position.subtractingReportingOverflow(distance)
    guard !overflow, vtable >= 0 else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "a vtable inside the file",
        found: "distance \(distance)")
    }
    let vtableByteCount = Int(try bytes.scalar(UInt16.self, at: vtable, place))
    let (next, beyond) = vtable.addingReportingOverflow(2)
    let tableByteCount = beyond ? 0 : Int(try bytes.scalar(UInt16.self, at: next, place))
    guard vtableByteCount >= 4, vtableByteCount % 2 == 0, tableByteCount >= 4 else {
      throw .malformed(
        byte: vtable, place: "\(place)", expected: "a vtable of at least 4 bytes",
        found: "\(vtableByteCount) and a table of \(tableByteCount)")
    }
    try bytes.check(vtable, vtableByteCount, place)
    try bytes.check(position, tableByteCount, place)
    self.bytes = bytes
    self.position = position
    self.place = place
    self.vtable = vtable
    self.vtableByteCount = vtableByteCount
    self.tableByteCount = tableByteCount
  }

  /// Where a field of `size` bytes is; nil when it is absent.
  func field(_ id: Int, size: Int) throws(TFLiteError) -> Int? {
    let entry = 4 + 2 * id
    guard entry + 2 <= vtableByteCount else { return nil }
    let offset = Int(try bytes.scalar(UInt16.self, at: vtable + entry, place))
    guard offset != 0 else { return nil }
    guard offset >= 4, offset + size <= tableByteCount else {
      throw .malformed(
        byte: vtable + entry, place: "\(place)",
        expected: "field \(id) inside a table of \(tableByteCount) bytes", found: "at \(offset)")
    }
    return position + offset
  }

  /// The highest field number the table might have, plus one.
  var fieldLimit: Int { (vtableByteCount - 4) / 2 }

  func scalar<T: FixedWidthInteger & BitwiseCopyable>(_ id: Int, default absent: T)
    throws(TFLiteError) -> T
  {
    guard let position = try field(id, size: T.bitWidth / 8) else { return absent }
    return try bytes.scalar(T.self, at: position, place)
  }

  /// Any byte other than 0 is true, as in C++.
  func bool(_ id: Int, default absent: Bool = false) throws(TFLiteError) -> Bool {
    try scalar(id, default: absent ? 1 : 0 as UInt8) != 0
  }

  func float(_ id: Int) throws(TFLiteError) -> Float {
    Float(bitPattern: try scalar(id, default: 0 as UInt32))
  }

  /// Where the vector, string or table of a field starts; nil when it is absent.
  func target(_ id: Int) throws(TFLiteError) -> Int? {
    guard let position = try field(id, size: 4) else { return nil }
    return try bytes.target(at: position, place)
  }

  @_lifetime(copy self)
  func table(_ id: Int, _ name: StaticString) throws(TFLiteError) -> FlatTable? {
    guard let position = try target(id) else { return nil }
    return try FlatTable(bytes, at: position, name)
  }

  /// The vector of tables of a field; empty when it is absent.
  @_lifetime(copy self)
  func tables(_ id: Int, _ name: StaticString) throws(TFLiteError) -> FlatTables {
    guard let position = try target(id) else { return FlatTables(bytes, at: 0, count: 0, name) }
    let count = try bytes.count(at: position, elementSize: 4, name)
    return FlatTables(bytes, at: position + 4, count: count, name)
  }
}

/// A vector of tables.
struct FlatTables: ~Escapable {
  let bytes: FlatBytes
  let position: Int
  let count: Int
  let name: StaticString

  @_lifetime(copy bytes)
  init(_ bytes: FlatBytes, at position: Int, count: Int, _ name: StaticString) {
    self.bytes = bytes
    self.position = position
    self.count = count
    self.name = name
  }

  /// The table at `index`, which must be below ``count``.
  @_lifetime(copy self)
  func table(_ index: Int, _ budget: inout ReadBudget) throws(TFLiteError) -> FlatTable {
    let place = position + 4 * index
    try budget.spend(16, at: place, name)
    return try FlatTable(bytes, at: try bytes.target(at: place, name), name)
  }
}
