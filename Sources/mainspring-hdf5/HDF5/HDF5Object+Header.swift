// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

extension HDF5Object {
  /// What this dataset is, once it is certain that its data lies in this file, all of it, and
  /// nowhere else.
  func header(path: String) throws(Refusal) -> DatasetHeader {
    let place = "'\(path)'"
    let shape = try shape(place: place)
    let type = try HDF5Handle(H5Dget_type(handle.id), place)
    let element = try HDF5ElementType.of(type, dataset: self, path: path)
    guard let header = DatasetHeader(path: path, elementType: element, shape: shape) else {
      throw Refusal(
        .limit,
        "\(place): expected at most \(WireFormat.maximumElementCount) elements, found the shape "
          + "\(shape)")
    }
    let plan = try HDF5Handle(H5Dget_create_plist(handle.id), place)
    let filterCount = try HDF5Storage.check(plan, place: place)
    if let elementByteCount = element.byteCount, header.elementCount > 0 {
      try HDF5Storage.checkData(
        of: self, plan, shape: shape, elementCount: header.elementCount,
        elementByteCount: elementByteCount, isFiltered: filterCount > 0, place: place)
    }
    return header
  }

  private func shape(place: String) throws(Refusal) -> [Int] {
    let space = try HDF5Handle(H5Dget_space(handle.id), place)
    switch H5Sget_simple_extent_type(space.id) {
    case H5S_NULL: return [0]
    case H5S_SCALAR: return []
    case H5S_SIMPLE: break
    default: throw Refusal.hdf5(place)
    }
    let rank = Int(H5Sget_simple_extent_ndims(space.id))
    guard rank >= 0 else { throw Refusal.hdf5(place) }
    guard rank <= WireFormat.maximumRank else {
      throw Refusal(
        .unsupported,
        "\(place): expected at most \(WireFormat.maximumRank) axes, found \(rank)")
    }
    var extents = [hsize_t](repeating: 0, count: max(rank, 1))
    guard unsafe H5Sget_simple_extent_dims(space.id, &extents, nil) >= 0 else {
      throw Refusal.hdf5(place)
    }
    // An extent beyond Int is beyond every cap as well.
    return extents.prefix(rank).map { Int(clamping: $0) }
  }
}
