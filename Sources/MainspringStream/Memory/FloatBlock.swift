// SPDX-License-Identifier: Apache-2.0

/// Floats in memory of fixed size; unlike an array it never copies itself and counts no references.
@safe struct FloatBlock: ~Copyable, @unchecked Sendable {
  private let base: UnsafeMutablePointer<Float>
  let count: Int

  /// - Precondition: `count` is not negative.
  init(count: Int) {
    precondition(count >= 0, "a block has at least 0 floats")
    self.count = count
    unsafe base = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
    unsafe base.initialize(repeating: 0, count: max(count, 1))
  }

  init(_ values: [Float]) {
    self.init(count: values.count)
    for index in values.indices { self[index] = values[index] }
  }

  deinit { unsafe base.deallocate() }

  subscript(index: Int) -> Float {
    @_noAllocation @_noLocks get {
      precondition(index >= 0 && index < count, "an index of the block")
      return unsafe base[index]
    }
    @_noAllocation @_noLocks nonmutating set {
      precondition(index >= 0 && index < count, "an index of the block")
      unsafe base[index] = newValue
    }
  }

  /// Some floats, to read.
  @_noAllocation @_noLocks
  @_lifetime(borrow self)
  func span(_ range: Range<Int>) -> Span<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range of the block")
    let start = unsafe UnsafePointer(base + range.lowerBound)
    return unsafe _overrideLifetime(
      Span(_unsafeStart: start, count: range.count), borrowing: self)
  }

  /// Some floats for a call: the compiler knows of a span in a buffer, and not of one in a variable,
  /// that its end frees nothing. Good for as long as the block exists.
  @_noAllocation @_noLocks
  func buffer(_ range: Range<Int>) -> UnsafeBufferPointer<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range of the block")
    return unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// The same to write.
  @_noAllocation @_noLocks
  func mutableBuffer(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range of the block")
    return unsafe UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count)
  }

  /// Some floats, to write.
  @_noAllocation @_noLocks
  @_lifetime(&self)
  mutating func mutableSpan(_ range: Range<Int>) -> MutableSpan<Float> {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a range of the block")
    let start = unsafe base + range.lowerBound
    return unsafe _overrideLifetime(
      MutableSpan(_unsafeStart: start, count: range.count), mutating: &self)
  }

  /// Moves floats; both places may overlap.
  @_noAllocation @_noLocks
  func move(from start: Int, count length: Int, to target: Int) {
    precondition(
      length >= 0 && start >= 0 && start <= count - length && target >= 0
        && target <= count - length, "ranges of the block")
    if target <= start {
      for index in 0..<length { unsafe base[target + index] = base[start + index] }
    } else {
      for index in 1..<length + 1 {
        unsafe base[target + length - index] = base[start + length - index]
      }
    }
  }

  /// Writes floats.
  @_noAllocation @_noLocks
  func write(_ values: Span<Float>, at start: Int) {
    let length = values.count
    precondition(start >= 0 && start <= count - length, "a range of the block")
    for index in 0..<length { unsafe base[start + index] = values[index] }
  }

  /// Writes all floats of another block.
  @_noAllocation @_noLocks
  func copy(_ other: borrowing FloatBlock, at start: Int) {
    let length = other.count
    precondition(start >= 0 && start <= count - length, "a range of the block")
    for index in 0..<length { unsafe base[start + index] = other.base[index] }
  }

  @_noAllocation @_noLocks
  func fill(_ value: Float) {
    for index in 0..<count { unsafe base[index] = value }
  }
}
