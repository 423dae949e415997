// SPDX-License-Identifier: Apache-2.0

extension FlatTable {
  /// Start and number of elements of the vector of a field; nil when it is absent.
  private func vector(_ id: Int, elementSize: Int, _ budget: inout ReadBudget)
    throws(TFLiteError) -> (position: Int, count: Int)?
  {
    guard let position = try target(id) else { return nil }
    let count = try bytes.count(at: position, elementSize: elementSize, place)
    try budget.spend(count * elementSize, at: position, place)
    return (position + 4, count)
  }

  func integers<T: FixedWidthInteger & BitwiseCopyable>(
    _ id: Int, _ type: T.Type, _ budget: inout ReadBudget
  ) throws(TFLiteError) -> [T] {
    let size = T.bitWidth / 8
    guard let (position, count) = try vector(id, elementSize: size, &budget) else { return [] }
    var result: [T] = []
    result.reserveCapacity(count)
    for index in 0..<count {
      result.append(try bytes.scalar(T.self, at: position + index * size, place))
    }
    return result
  }

  func floats(_ id: Int, _ budget: inout ReadBudget) throws(TFLiteError) -> [Float] {
    try integers(id, UInt32.self, &budget).map { Float(bitPattern: $0) }
  }

  /// A vector of bytes; nil when it is absent.
  func blob(_ id: Int, _ budget: inout ReadBudget) throws(TFLiteError) -> [UInt8]? {
    guard let (position, count) = try vector(id, elementSize: 1, &budget) else { return nil }
    return bytes.copy(position, count: count)
  }

  /// A string; empty when it is absent. Bytes that are not UTF-8 become U+FFFD.
  func string(_ id: Int, _ budget: inout ReadBudget) throws(TFLiteError) -> String {
    guard let (position, count) = try vector(id, elementSize: 1, &budget) else { return "" }
    return String(decoding: bytes.copy(position, count: count), as: UTF8.self)
  }
}
