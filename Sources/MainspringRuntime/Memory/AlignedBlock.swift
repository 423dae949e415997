// SPDX-License-Identifier: Apache-2.0

/// Zeroed memory of fixed size, aligned to cache lines.
@safe public struct AlignedBlock: ~Copyable, @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  public let byteCount: Int

  /// Bytes every block and every tensor inside one is aligned to.
  public static let alignment: Int = 64

  /// - Precondition: `byteCount` is not negative.
  public init(byteCount: Int) {
    precondition(byteCount >= 0, "a block has at least 0 bytes")
    self.byteCount = byteCount
    let size = max(byteCount, AlignedBlock.alignment)
    unsafe base = UnsafeMutableRawPointer.allocate(
      byteCount: size, alignment: AlignedBlock.alignment)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  }

  deinit { unsafe base.deallocate() }

  /// All of it, to read.
  public var bytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: byteCount), borrowing: self)
    }
  }
}
