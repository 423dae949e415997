// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

/// Finds constants with the same bytes, without reading all of a large one to hash it.
struct ElementsKey: Hashable {
  let elements: Tensor.Elements

  static func == (a: ElementsKey, b: ElementsKey) -> Bool {
    if case .float32(let x) = a.elements, case .float32(let y) = b.elements {
      // As bits: 0 and −0 are two constants, and a NaN is one.
      return unsafe x.withUnsafeBytes { first in
        unsafe y.withUnsafeBytes { second in
          guard first.count == second.count else { return false }
          guard let start = first.baseAddress, let other = second.baseAddress else { return true }
          return unsafe memcmp(start, other, first.count) == 0
        }
      }
    }
    return a.elements == b.elements
  }

  func hash(into hasher: inout Hasher) {
    switch elements {
    case .float32(let values): ElementsKey.sample(values, &hasher)
    case .float16(let values): ElementsKey.sample(values, &hasher)
    case .int8(let values): ElementsKey.sample(values, &hasher)
    case .uint8(let values): ElementsKey.sample(values, &hasher)
    case .int16(let values): ElementsKey.sample(values, &hasher)
    case .int32(let values): ElementsKey.sample(values, &hasher)
    case .int64(let values): ElementsKey.sample(values, &hasher)
    case .bool(let values): ElementsKey.sample(values, &hasher)
    }
  }

  /// The count and some sixteen elements spread over the array.
  private static func sample<Element: Hashable>(_ values: [Element], _ hasher: inout Hasher) {
    hasher.combine(values.count)
    for index in stride(from: 0, to: values.count, by: values.count / 16 + 1) {
      hasher.combine(values[index])
    }
  }
}
