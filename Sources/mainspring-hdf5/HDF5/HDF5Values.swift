// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// Reads the numbers of a dataset as 32-bit floats.
enum HDF5Values {
  static func read(
    _ dataset: borrowing HDF5Handle, header: DatasetHeader
  ) throws(Refusal) -> [Float] {
    if header.elementCount == 0 { return [] }
    switch header.elementType {
    case .other:
      throw Refusal(.unsupported, "'\(header.path)': expected numbers, found another type")
    case .float16:
      let type = try fileType(of: dataset, header)
      guard H5Tset_order(type.id, H5T_ORDER_LE) >= 0 else { throw Refusal.hdf5(header.path) }
      return try read(dataset, as: type.id, header, zero: UInt16(0)).map {
        Float(Float16(bitPattern: $0))
      }
    case .bfloat16:
      // Opaque to libhdf5: the bytes come as they are, which is little-endian.
      let type = try fileType(of: dataset, header)
      return try read(dataset, as: type.id, header, zero: UInt16(0)).map {
        Float(bitPattern: UInt32($0) << 16)
      }
    default:
      return try read(dataset, as: chdf5_native_float(), header, zero: Float(0))
    }
  }

  private static func fileType(
    of dataset: borrowing HDF5Handle, _ header: DatasetHeader
  ) throws(Refusal) -> HDF5Handle {
    let place = "'\(header.path)'"
    let type = try HDF5Handle(H5Dget_type(dataset.id), place)
    return try HDF5Handle(H5Tcopy(type.id), place)
  }

  private static func read<Element: BitwiseCopyable>(
    _ dataset: borrowing HDF5Handle, as type: hid_t, _ header: DatasetHeader, zero: Element
  ) throws(Refusal) -> [Element] {
    var values = [Element](repeating: zero, count: header.elementCount)
    let result = unsafe values.withUnsafeMutableBytes { buffer in
      unsafe H5Dread(
        dataset.id, type, chdf5_all(), chdf5_all(), chdf5_default(), buffer.baseAddress)
    }
    guard result >= 0 else { throw Refusal.hdf5("'\(header.path)'") }
    return values
  }
}
