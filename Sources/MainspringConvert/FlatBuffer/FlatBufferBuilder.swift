// SPDX-License-Identifier: Apache-2.0

import CFlatBuffers

/// Builds a FlatBuffer from the leaves to the root; knows no schema.
///
/// A failure sticks and is thrown once, by ``finish(root:identifier:)``.
@safe struct FlatBufferBuilder: ~Copyable {
  /// Where something already built lies.
  struct Offset: Hashable {
    fileprivate let raw: cfb_offset
  }

  private let handle: OpaquePointer

  init() throws(ConvertError) {
    guard let handle = unsafe cfb_create() else { throw .outOfMemory }
    unsafe self.handle = handle
  }

  deinit { unsafe cfb_destroy(handle) }

  mutating func string(_ text: String) -> Offset {
    var text = text
    return text.withUTF8 { bytes in
      unsafe Offset(raw: cfb_string(handle, bytes.baseAddress, bytes.count))
    }
  }

  /// A vector of references.
  mutating func vector(_ offsets: [Offset]) -> Offset {
    let raw = offsets.map { $0.raw }
    return unsafe raw.withUnsafeBufferPointer { elements in
      unsafe Offset(raw: cfb_offsets(handle, elements.baseAddress, elements.count))
    }
  }

  /// A vector of scalars; `alignment` is that of its first element in the finished buffer.
  mutating func vector<Element: FlatBufferScalar>(_ elements: [Element], alignment: Int? = nil)
    -> Offset
  {
    let width = MemoryLayout<Element>.size
    return unsafe elements.withUnsafeBytes { bytes in
      unsafe Offset(
        raw: cfb_scalars(handle, bytes.baseAddress, elements.count, width, alignment ?? width))
    }
  }

  mutating func startTable() { unsafe cfb_start_table(handle) }

  /// A field of the table started last, written whatever its value.
  mutating func add<Scalar: FlatBufferScalar>(_ field: Int, _ value: Scalar) {
    unsafe cfb_add_scalar(handle, UInt16(field), value.flatBits, MemoryLayout<Scalar>.size)
  }

  mutating func add(_ field: Int, _ target: Offset?) {
    if let target { unsafe cfb_add_offset(handle, UInt16(field), target.raw) }
  }

  mutating func endTable() -> Offset { unsafe Offset(raw: cfb_end_table(handle)) }

  /// Completes the buffer.
  ///
  /// - Parameter identifier: four ASCII characters.
  consuming func finish(root: Offset, identifier: StaticString) throws(ConvertError) -> [UInt8] {
    precondition(identifier.utf8CodeUnitCount == 4, "a file identifier has four characters")
    unsafe cfb_finish(handle, root.raw, identifier.utf8Start)
    switch unsafe cfb_get_status(handle) {
    case .ok: break
    case .too_large: throw .fileTooLarge
    case .out_of_memory: throw .outOfMemory
    case .misused: preconditionFailure("tables are built one after the other, leaves first")
    }
    let bytes = unsafe UnsafeRawBufferPointer(
      start: cfb_bytes(handle), count: cfb_byte_count(handle))
    return unsafe Array(bytes)
  }
}

/// What a FlatBuffer holds without a reference.
protocol FlatBufferScalar: BitwiseCopyable {
  /// The value's bits in the low end.
  var flatBits: UInt64 { get }
}

extension UInt8: FlatBufferScalar { var flatBits: UInt64 { UInt64(self) } }
extension Int8: FlatBufferScalar { var flatBits: UInt64 { UInt64(UInt8(bitPattern: self)) } }
extension Int32: FlatBufferScalar { var flatBits: UInt64 { UInt64(UInt32(bitPattern: self)) } }
extension UInt32: FlatBufferScalar { var flatBits: UInt64 { UInt64(self) } }
extension UInt64: FlatBufferScalar { var flatBits: UInt64 { self } }
extension Int64: FlatBufferScalar { var flatBits: UInt64 { UInt64(bitPattern: self) } }
extension Float: FlatBufferScalar { var flatBits: UInt64 { UInt64(bitPattern) } }
extension Double: FlatBufferScalar { var flatBits: UInt64 { bitPattern } }
extension Bool: FlatBufferScalar { var flatBits: UInt64 { self ? 1 : 0 } }
