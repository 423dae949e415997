// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// A group or dataset of a file.
struct HDF5Object: ~Copyable {
  enum Kind { case group, dataset, other }

  let handle: HDF5Handle
  let kind: Kind
  /// Where it lives in the file: the same object has the same address by whatever path.
  let address: UInt64
  let attributeCount: UInt64
  /// Bytes of the file: nothing it declares as stored can be larger.
  let fileByteCount: Int

  init(_ handle: consuming HDF5Handle, path: String, fileByteCount: Int) throws(Refusal) {
    let type = H5Iget_type(handle.id)
    kind = type == H5I_GROUP ? .group : type == H5I_DATASET ? .dataset : .other
    var address: UInt64 = 0
    var attributeCount: UInt64 = 0
    guard unsafe chdf5_object(handle.id, &address, &attributeCount) >= 0 else {
      throw Refusal.hdf5("'\(path)'")
    }
    self.address = address
    self.attributeCount = attributeCount
    self.fileByteCount = fileByteCount
    self.handle = handle
  }

  /// Opens a member of this group. `name` must be that of a hard link, without slashes.
  func member(_ name: String, path: String) throws(Refusal) -> HDF5Object {
    let member = try HDF5Handle(
      unsafe H5Oopen(handle.id, name, chdf5_default()), "'\(path)'")
    return try HDF5Object(member, path: path, fileByteCount: fileByteCount)
  }
}

/// An entry of a group.
struct HDF5Link {
  let name: String
  let type: Int32

  var isHard: Bool { type == H5L_TYPE_HARD.rawValue }

  var kindText: String {
    switch type {
    case H5L_TYPE_SOFT.rawValue: "a soft link"
    case H5L_TYPE_EXTERNAL.rawValue: "a link to another file"
    default: "a link of the unknown kind \(type)"
    }
  }
}
