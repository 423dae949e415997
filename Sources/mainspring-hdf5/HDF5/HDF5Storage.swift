// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// Where and how the data of a dataset is kept: in this file, whole, and packed only in ways
/// that are as old as the format.
enum HDF5Storage {
  /// Refuses data in other files and filters that are not deflate, shuffle or fletcher32.
  ///
  /// - Returns: the number of filters.
  static func check(_ plan: borrowing HDF5Handle, place: String) throws(Refusal) -> Int {
    guard H5Pget_external_count(plan.id) == 0 else {
      throw Refusal(.unsupported, "\(place) keeps its data in another file; that is not read")
    }
    switch H5Pget_layout(plan.id) {
    case H5D_COMPACT, H5D_CONTIGUOUS, H5D_CHUNKED: break
    case H5D_VIRTUAL:
      throw Refusal(
        .unsupported, "\(place) is a virtual dataset, made of others; that is not read")
    default: throw Refusal.hdf5(place)
    }
    let count = H5Pget_nfilters(plan.id)
    guard count >= 0 else { throw Refusal.hdf5(place) }
    for index in 0..<UInt32(count) {
      var flags: UInt32 = 0
      var valueCount = 0
      let filter = unsafe H5Pget_filter2(plan.id, index, &flags, &valueCount, nil, 0, nil, nil)
      guard filter >= 0 else { throw Refusal.hdf5(place) }
      guard supportedFilters.contains(filter) else {
        throw Refusal(
          .unsupported,
          "\(place): expected no filter but deflate, shuffle and fletcher32, found "
            + (filterNames[filter] ?? "filter \(filter)"))
      }
    }
    return Int(count)
  }

  /// Compares what the shape implies with what the file has room for: a dataset that was never
  /// written costs nothing to declare, at any size.
  static func checkData(
    of object: borrowing HDF5Object, _ plan: borrowing HDF5Handle, shape: [Int],
    elementCount: Int, elementByteCount: Int, isFiltered: Bool, place: String
  ) throws(Refusal) {
    let declared = elementCount * elementByteCount
    let stored = H5Dget_storage_size(object.handle.id)
    guard stored > 0 else {
      throw Refusal(
        .damaged, "\(place): expected \(declared) bytes for the shape \(shape), found none")
    }
    guard stored <= UInt64(object.fileByteCount) else {
      throw Refusal(
        .damaged,
        "\(place): expected at most the \(object.fileByteCount) bytes of the file, found \(stored)")
    }
    let isChunked = H5Pget_layout(plan.id) == H5D_CHUNKED
    if isChunked {
      try checkChunks(of: object, plan, shape: shape, elementByteCount: elementByteCount, place)
    }
    if isChunked && isFiltered {
      let limit = Confinement.expandedByteCount(fileByteCount: object.fileByteCount)
      guard declared <= limit else {
        throw Refusal(
          .limit, "\(place): expected at most \(limit) bytes unpacked, found \(declared)")
      }
    } else {
      guard stored >= UInt64(declared) else {
        throw Refusal(
          .damaged, "\(place): expected \(declared) bytes for the shape \(shape), found \(stored)")
      }
      try checkPosition(of: object, plan, stored: stored, place: place)
    }
  }

  private static func checkPosition(
    of object: borrowing HDF5Object, _ plan: borrowing HDF5Handle, stored: UInt64, place: String
  ) throws(Refusal) {
    guard H5Pget_layout(plan.id) == H5D_CONTIGUOUS else { return }
    let offset = H5Dget_offset(object.handle.id)
    let (end, overflow) = UInt64(offset).addingReportingOverflow(stored)
    guard offset != chdf5_undefined_address(), !overflow, end <= UInt64(object.fileByteCount)
    else {
      throw Refusal(
        .damaged,
        "\(place): expected \(stored) bytes of data, found that they lie beyond the end of the "
          + "file")
    }
  }

  private static func checkChunks(
    of object: borrowing HDF5Object, _ plan: borrowing HDF5Handle, shape: [Int],
    elementByteCount: Int, _ place: String
  ) throws(Refusal) {
    let limit = Confinement.expandedByteCount(fileByteCount: object.fileByteCount)
    var extents = [hsize_t](repeating: 0, count: max(shape.count, 1))
    guard unsafe H5Pget_chunk(plan.id, Int32(extents.count), &extents) == Int32(shape.count) else {
      throw Refusal.hdf5(place)
    }
    var expected = 1
    var chunkByteCount = elementByteCount
    for (extent, chunk) in zip(shape, extents) {
      guard let chunk = Int(exactly: chunk), chunk > 0 else {
        throw Refusal(.damaged, "\(place): a chunk has the extent \(chunk)")
      }
      // A chunk may be larger than the dataset, and is unpacked as a whole.
      let (product, overflow) = chunkByteCount.multipliedReportingOverflow(by: chunk)
      guard !overflow, product <= limit else {
        throw Refusal(.limit, "\(place): expected chunks of at most \(limit) bytes, found more")
      }
      chunkByteCount = product
      expected *= (extent - 1) / chunk + 1
    }
    let space = try HDF5Handle(H5Dget_space(object.handle.id), place)
    var found: hsize_t = 0
    guard unsafe H5Dget_num_chunks(object.handle.id, space.id, &found) >= 0 else {
      throw Refusal.hdf5(place)
    }
    guard found == hsize_t(expected) else {
      throw Refusal(.damaged, "\(place): expected \(expected) chunks, found \(found)")
    }
  }

  private static let supportedFilters: Set<H5Z_filter_t> = [
    H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32,
  ]

  private static let filterNames: [H5Z_filter_t: String] = [
    H5Z_FILTER_SZIP: "szip", H5Z_FILTER_NBIT: "n-bit", H5Z_FILTER_SCALEOFFSET: "scale-offset",
    307: "bzip2", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle",
    32013: "zfp", 32015: "zstd", 32026: "blosc2",
  ]
}
