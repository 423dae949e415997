// SPDX-License-Identifier: Apache-2.0

/// Converts stored elements into floats.
///
/// - Parameters:
///   - bytes: `[count]` elements of type `element`.
///   - target: `[first + count]` or more. A float64 is rounded to nearest; beyond the range of
///     float32 it becomes infinite.
///   - first: Where in `target` the first element goes.
/// - Complexity: O(count).
func decodeFloats(
  _ bytes: Span<UInt8>, as element: NumPyElement, into target: inout MutableSpan<Float>,
  at first: Int
) {
  precondition(element.kind == .float, "integers are not read as floats")
  let count = bytes.count / element.byteCount
  precondition(count * element.byteCount == bytes.count, "part of an element")
  let raw = unsafe bytes.bytes
  switch element {
  case .float16:
    for index in 0..<count {
      let bits = UInt16(
        littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
      target[first + index] = float(half: bits)
    }
  case .float64:
    for index in 0..<count {
      let bits = UInt64(
        littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
      target[first + index] = Float(Double(bitPattern: bits))
    }
  default:
    for index in 0..<count {
      let bits = UInt32(
        littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index * 4, as: UInt32.self))
      target[first + index] = Float(bitPattern: bits)
    }
  }
}

/// The value of IEEE 754 binary16 bits; exact. (Swift's `Float16` is missing on some targets.)
func float(half bits: UInt16) -> Float {
  let sign = UInt32(bits & 0x8000) << 16
  let exponent = UInt32(bits >> 10) & 0x1f
  let fraction = UInt32(bits & 0x3ff)
  switch exponent {
  case 0:
    let magnitude = Float(fraction) * 0x1p-24
    return sign == 0 ? magnitude : -magnitude
  case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
  default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }
}

/// One stored integer, sign-extended to 64 bits as its type says.
///
/// - Returns: `nil` when a uint64 is larger than `Int.max`.
func decodeInteger(_ bytes: Span<UInt8>, as element: NumPyElement, at index: Int) -> Int? {
  precondition(element.kind == .integer, "floats are not read as integers")
  let width = element.byteCount
  precondition((index + 1) * width <= bytes.count, "element outside of the data")
  var bits: UInt64 = 0
  for offset in (index * width..<(index + 1) * width).reversed() {
    bits = bits << 8 | UInt64(bytes[offset])
  }
  switch element {
  case .int8: return Int(Int8(truncatingIfNeeded: bits))
  case .int16: return Int(Int16(truncatingIfNeeded: bits))
  case .int32: return Int(Int32(truncatingIfNeeded: bits))
  case .int64: return Int(exactly: Int64(bitPattern: bits))
  default: return Int(exactly: bits)
  }
}
