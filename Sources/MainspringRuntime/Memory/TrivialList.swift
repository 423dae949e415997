// SPDX-License-Identifier: Apache-2.0

/// A fixed list of plain values at a fixed address, which the hot path reads without reference
/// counting.
@safe struct TrivialList<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ elements: [Element]) {
    count = elements.count
    unsafe base = UnsafeMutablePointer<Element>.allocate(capacity: max(elements.count, 1))
    for index in elements.indices { unsafe (base + index).initialize(to: elements[index]) }
  }

  deinit { unsafe base.deallocate() }
}
