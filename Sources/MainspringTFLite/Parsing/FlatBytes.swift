// SPDX-License-Identifier: Apache-2.0

/// The bytes of a flatbuffer; every read is checked and little-endian, at any alignment.
struct FlatBytes: ~Escapable {
  let span: RawSpan

  @_lifetime(copy span)
  init(_ span: RawSpan) { self.span = span }

  var byteCount: Int { span.byteCount }

  /// - Throws: `TFLiteError.malformed` when `count` bytes from `position` are not all in the file.
  func check(_ position: Int, _ count: Int, _ place: StaticString) throws(TFLiteError) {
    guard position >= 0, count >= 0, position <= byteCount, count <= byteCount - position else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "\(count) bytes inside the file",
        found: "a file of \(byteCount)")
    }
  }

  func scalar<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, at position: Int, _ place: StaticString
  ) throws(TFLiteError) -> T {
    try check(position, T.bitWidth / 8, place)
    // Checked just above; integers have no invalid bit patterns.
    return unsafe T(littleEndian: span.unsafeLoadUnaligned(fromByteOffset: position, as: T.self))
  }

  /// The position an unsigned forward offset at `position` leads to.
  func target(at position: Int, _ place: StaticString) throws(TFLiteError) -> Int {
    let offset = try scalar(UInt32.self, at: position, place)
    guard let distance = Int(exactly: offset), distance > 0, distance < byteCount - position else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "an offset inside the file",
        found: "\(offset)")
    }
    return position + distance
  }

  /// Number of elements of the vector at `position`, all of them inside the file.
  func count(at position: Int, elementSize: Int, _ place: StaticString) throws(TFLiteError) -> Int {
    let stored = try scalar(UInt32.self, at: position, place)
    let room = (byteCount - position - 4) / elementSize
    guard let count = Int(exactly: stored), count <= room else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "at most \(room) elements", found: "\(stored)")
    }
    return count
  }

  /// - Precondition: the range was checked.
  func copy(_ position: Int, count: Int) -> [UInt8] {
    // The closure only copies out of the borrowed bytes.
    unsafe span.extracting(position..<(position + count)).withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

/// How many bytes may still be copied out of a file.
///
/// Offsets of a flatbuffer may overlap, so a small file can describe endless content. An honest
/// writer shares little: reading each byte a few times is enough.
struct ReadBudget {
  private var remaining: Int

  init(byteCount: Int) {
    remaining = byteCount.multipliedReportingOverflow(by: 8).partialValue
    if remaining < byteCount { remaining = Int.max - (1 << 17) }
    remaining += 1 << 16
  }

  mutating func spend(_ byteCount: Int, at position: Int, _ place: StaticString)
    throws(TFLiteError)
  {
    remaining -= byteCount
    guard remaining >= 0 else {
      throw .malformed(
        byte: position, place: "\(place)", expected: "content in proportion to the file",
        found: "the same bytes used over and over")
    }
  }
}
