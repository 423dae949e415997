// SPDX-License-Identifier: Apache-2.0

import CHDF5
import Glibc
import MainspringWire

/// Reads attributes of strings, of a fixed or of any length.
enum HDF5Strings {
  static func name(of attribute: borrowing HDF5Handle, owner: String) throws(Refusal) -> String {
    let place = "an attribute of '\(owner)'"
    let length = H5Aget_name(attribute.id, 0, nil)
    guard length >= 0 else { throw Refusal.hdf5(place) }
    guard length > 0, length <= WireFormat.maximumNameByteCount else {
      throw Refusal(.damaged, "\(place): its name has \(length) bytes")
    }
    var bytes = [CChar](repeating: 0, count: length + 1)
    guard unsafe H5Aget_name(attribute.id, length + 1, &bytes) == length else {
      throw Refusal.hdf5(place)
    }
    let characters = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    guard let name = String(validating: characters, as: UTF8.self) else {
      throw Refusal(.damaged, "\(place): its name is not UTF-8")
    }
    return name
  }

  /// - Returns: nil when the attribute is neither a string, nor a list of them, nor empty.
  static func read(
    _ attribute: borrowing HDF5Handle, place: String, fileByteCount: Int
  ) throws(Refusal) -> [String]? {
    let space = try HDF5Handle(H5Aget_space(attribute.id), place)
    guard let count = try elementCount(space, place: place) else { return nil }
    // Keras writes an empty list as an array of no numbers.
    if count == 0 { return [] }
    let type = try HDF5Handle(H5Aget_type(attribute.id), place)
    guard H5Tget_class(type.id) == H5T_STRING else { return nil }
    let variable = H5Tis_variable_str(type.id)
    guard variable >= 0 else { throw Refusal.hdf5(place) }

    // 16 bytes stand for a string of variable length.
    let size = variable > 0 ? 16 : H5Tget_size(type.id)
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: size)
    guard size > 0, !overflow, byteCount <= fileByteCount else {
      throw Refusal(
        .damaged,
        "\(place): expected at most \(fileByteCount) bytes, found \(count) strings of \(size)")
    }
    guard count <= WireFormat.maximumListCount else {
      throw Refusal(
        .limit, "\(place): expected at most \(WireFormat.maximumListCount), found \(count) strings")
    }
    if variable > 0 {
      return try readVariable(attribute, type, space, count: count, place: place)
    }
    return try readFixed(attribute, type, count: count, size: size, place: place)
  }

  /// Elements of a single value or a list; nil for anything of more axes.
  private static func elementCount(
    _ space: borrowing HDF5Handle, place: String
  ) throws(Refusal) -> Int? {
    switch H5Sget_simple_extent_type(space.id) {
    case H5S_NULL: return 0
    case H5S_SCALAR: return 1
    case H5S_SIMPLE:
      guard H5Sget_simple_extent_ndims(space.id) == 1 else { return nil }
      guard let count = Int(exactly: H5Sget_simple_extent_npoints(space.id)), count >= 0 else {
        throw Refusal.hdf5(place)
      }
      return count
    default: throw Refusal.hdf5(place)
    }
  }

  private static func readVariable(
    _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle,
    _ space: borrowing HDF5Handle, count: Int, place: String
  ) throws(Refusal) -> [String] {
    var pointers = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    guard unsafe H5Aread(attribute.id, type.id, &pointers) >= 0 else { throw Refusal.hdf5(place) }
    defer { _ = unsafe H5Dvlen_reclaim(type.id, space.id, chdf5_default(), &pointers) }
    var strings: [String] = []
    strings.reserveCapacity(count)
    var total = 0
    for index in 0..<count {
      guard let pointer = unsafe pointers[index] else {
        strings.append("")
        continue
      }
      let bytes = unsafe UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
      total += bytes.count
      guard total <= WireFormat.maximumTextByteCount else {
        throw Refusal(
          .limit, "\(place): expected at most \(WireFormat.maximumTextByteCount) bytes, found more")
      }
      strings.append(unsafe try text(bytes, place: place))
    }
    return strings
  }

  private static func readFixed(
    _ attribute: borrowing HDF5Handle, _ type: borrowing HDF5Handle, count: Int, size: Int,
    place: String
  ) throws(Refusal) -> [String] {
    var bytes = [UInt8](repeating: 0, count: count * size)
    guard unsafe H5Aread(attribute.id, type.id, &bytes) >= 0 else { throw Refusal.hdf5(place) }
    let isSpacePadded = H5Tget_strpad(type.id) == H5T_STR_SPACEPAD
    var strings: [String] = []
    strings.reserveCapacity(count)
    for index in 0..<count {
      var piece = bytes[index * size..<(index + 1) * size]
      if let end = piece.firstIndex(of: 0) { piece = piece[..<end] }
      while isSpacePadded && piece.last == UInt8(ascii: " ") { piece.removeLast() }
      strings.append(try text(piece, place: place))
    }
    return strings
  }

  private static func text(
    _ bytes: some Collection<UInt8>, place: String
  ) throws(Refusal) -> String {
    guard bytes.count <= WireFormat.maximumTextByteCount else {
      throw Refusal(
        .limit,
        "\(place): expected at most \(WireFormat.maximumTextByteCount) bytes, found \(bytes.count)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Refusal(.damaged, "\(place): expected UTF-8 text")
    }
    return text
  }
}
