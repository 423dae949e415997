// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

extension HDF5Object {
  private static let maximumAttributeCount: UInt64 = 1 << 16

  func hasAttribute(_ name: String) throws(Refusal) -> Bool {
    let found = unsafe H5Aexists(handle.id, name)
    guard found >= 0 else { throw Refusal.hdf5("attribute '\(name)'") }
    return found > 0
  }

  /// All attributes that are a string or a list of strings; others have no meaning here.
  func stringAttributes(
    path: String, ignoring ignored: Set<String>
  ) throws(Refusal) -> [String: [String]] {
    guard attributeCount <= HDF5Object.maximumAttributeCount else {
      throw Refusal(.limit, "'\(path)' claims \(attributeCount) attributes")
    }
    var attributes: [String: [String]] = [:]
    for index in 0..<attributeCount {
      let attribute = try HDF5Handle(
        unsafe H5Aopen_by_idx(
          handle.id, ".", H5_INDEX_NAME, H5_ITER_NATIVE, index, chdf5_default(), chdf5_default()),
        "attribute \(index) of '\(path)'")
      let name = try HDF5Strings.name(of: attribute, owner: path)
      if ignored.contains(name) { continue }
      let place = "attribute '\(name)' of '\(path)'"
      guard
        let values = try HDF5Strings.read(attribute, place: place, fileByteCount: fileByteCount)
      else { continue }
      guard attributes.updateValue(values, forKey: name) == nil else {
        throw Refusal(.damaged, "\(place) exists twice")
      }
    }
    return attributes
  }

  /// One string of this object, or nil when there is none of that name.
  func stringAttribute(_ name: String, path: String) throws(Refusal) -> String? {
    guard try hasAttribute(name) else { return nil }
    let place = "attribute '\(name)' of '\(path)'"
    let attribute = try HDF5Handle(
      unsafe H5Aopen(handle.id, name, chdf5_default()), place)
    let values = try HDF5Strings.read(attribute, place: place, fileByteCount: fileByteCount)
    return values?.first
  }
}
