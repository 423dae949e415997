// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// An HDF5 file in memory.
final class HDF5File {
  private let handle: HDF5Handle
  /// Bytes of the file: nothing it declares as stored can be larger.
  private let byteCount: Int

  /// - Parameter name: the member of an archive that `bytes` are, for messages.
  init(_ bytes: consuming ModelBytes, name: String?) throws(Refusal) {
    guard chdf5_quiet() >= 0 else {
      throw Refusal(.internalFailure, "libhdf5 cannot be set up")
    }
    var error = chdf5_error()
    let id = unsafe chdf5_open_image(name ?? "model", bytes.base, bytes.count, &error)
    guard id >= 0 else {
      let place = name.map { "member '\($0)'" } ?? "HDF5"
      if let declared = HDF5Superblock.declaredByteCount(bytes.bytes), declared > bytes.count {
        throw Refusal(
          .damaged, "\(place): cut off: expected \(declared) bytes, found \(bytes.count)")
      }
      throw Refusal(error, place)
    }
    handle = try HDF5Handle(id, "HDF5")
    byteCount = bytes.count
  }

  func root() throws(Refusal) -> HDF5Object {
    try HDF5Object(
      HDF5Handle(unsafe H5Gopen2(handle.id, "/", chdf5_default()), "'/'"), path: "/",
      fileByteCount: byteCount)
  }

  /// The numbers of one dataset, as 32-bit floats.
  func values(of header: DatasetHeader) throws(Refusal) -> [Float] {
    let place = "'\(header.path)'"
    let dataset = try HDF5Handle(unsafe H5Dopen2(handle.id, header.path, chdf5_default()), place)
    return try HDF5Values.read(dataset, header: header)
  }
}
