// SPDX-License-Identifier: Apache-2.0

/// What a dataset is, without its data.
package struct DatasetHeader: Equatable, Sendable {
  /// Absolute, such as `/model_weights/dense/dense/kernel:0`.
  package let path: String
  package let elementType: StoredElementType
  /// Extents, each at least 0; empty for a single number. Their product is at most
  /// ``WireFormat/maximumElementCount``.
  package let shape: [Int]
  /// Product of the extents.
  package let elementCount: Int

  /// - Returns: nil when the product of `shape` is larger than any dataset may be, or an
  ///   extent is negative.
  package init?(path: String, elementType: StoredElementType, shape: [Int]) {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= WireFormat.maximumElementCount else { return nil }
      count = product
    }
    self.path = path
    self.elementType = elementType
    self.shape = shape
    elementCount = count
  }

  init(decoding reader: inout RecordReader) throws(WireError) {
    let path = try reader.name("path of a dataset")
    let code = try reader.uint32("element type of a dataset")
    guard let elementType = StoredElementType(rawValue: code) else {
      throw .unknown(field: "element type of a dataset", found: Int(clamping: code))
    }
    let rank = try reader.count("rank of a dataset", limit: WireFormat.maximumRank)
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(Int(clamping: try reader.uint64("extent of a dataset"))) }
    guard let header = DatasetHeader(path: path, elementType: elementType, shape: shape) else {
      throw .tooLarge(
        field: "elements of dataset '\(path)'", found: .max, limit: WireFormat.maximumElementCount)
    }
    self = header
  }
}
