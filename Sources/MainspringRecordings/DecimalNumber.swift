// SPDX-License-Identifier: Apache-2.0

/// A plain decimal number such as `-12.0345`, rounded to nearest.
///
/// With at most 15 digits both the digits as an integer and the power of ten are exact, so that
/// their one division is the only rounding (W. D. Clinger: How to read floating point numbers
/// accurately, 1990).
///
/// - Returns: nil for what has an exponent, more digits, or is no number; that is for the library.
func decimalNumber(_ bytes: ArraySlice<UInt8>) -> Double? {
  var rest = bytes
  let isNegative = rest.first == UInt8(ascii: "-")
  if isNegative { rest = rest.dropFirst() }
  var digits: UInt64 = 0
  var count = 0
  var divisor = 1.0
  var isFraction = false
  for byte in rest {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"):
      digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
      count += 1
      if count > 15 { return nil }
      if isFraction { divisor *= 10 }
    case UInt8(ascii: ".") where !isFraction: isFraction = true
    default: return nil
    }
  }
  if count == 0 { return nil }
  let number = Double(digits) / divisor
  return isNegative ? -number : number
}
