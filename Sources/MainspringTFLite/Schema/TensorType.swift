// SPDX-License-Identifier: Apache-2.0

/// An element type of the TFLite schema (enumeration `TensorType`).
public struct TensorType: Hashable, Sendable {
  public let code: Int8

  public init(code: Int8) { self.code = code }

  public static let float32 = TensorType(code: 0)
  public static let float16 = TensorType(code: 1)
  public static let int32 = TensorType(code: 2)
  public static let uint8 = TensorType(code: 3)
  public static let int64 = TensorType(code: 4)
  public static let bool = TensorType(code: 6)
  public static let int16 = TensorType(code: 7)
  public static let int8 = TensorType(code: 9)

  private static let names: [String] = [
    "float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8",
    "float64", "complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4",
    "bfloat16", "int2", "uint4", "float8_e4m3fn", "float8_e5m2",
  ]
}

extension TensorType: CustomStringConvertible {
  public var description: String {
    let index = Int(code)
    return TensorType.names.indices.contains(index)
      ? TensorType.names[index] : "tensor type \(code)"
  }
}
