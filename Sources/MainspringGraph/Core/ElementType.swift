// SPDX-License-Identifier: Apache-2.0

/// What one element of a tensor is.
public enum ElementType: Hashable, Sendable {
  case float32, float16, int8, uint8, int16, int32, int64, bool

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .int16: 2
    case .float32, .int32: 4
    case .int64: 8
    }
  }
}

extension ElementType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .int8: "int8"
    case .uint8: "uint8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .bool: "bool"
    }
  }
}

/// Affine quantization: real = scale · (q − zeroPoint), per tensor or along one axis.
public struct Quantization: Hashable, Sendable {
  /// One scale, or one for each index of ``axis``; finite and positive.
  public let scales: [Float]
  /// As many as ``scales``.
  public let zeroPoints: [Int64]
  /// The axis the scales run along when there are several.
  public let axis: Int

  public init(scales: [Float], zeroPoints: [Int64], axis: Int = 0) {
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
  }
}

extension Quantization {
  /// One scale and zero point for a whole tensor.
  public init(scale: Float, zeroPoint: Int64) {
    self.init(scales: [scale], zeroPoints: [zeroPoint])
  }

  /// The scale of a tensor that has only one; nil for scales along an axis.
  public var scale: Float? { scales.count == 1 ? scales[0] : nil }

  /// The zero point of a tensor that has only one; nil for several.
  public var zeroPoint: Int64? { zeroPoints.count == 1 ? zeroPoints[0] : nil }
}

/// What the elements of a value are, and for integers what they stand for.
public struct ValueType: Hashable, Sendable {
  public let elementType: ElementType
  public let quantization: Quantization?

  public init(_ elementType: ElementType, _ quantization: Quantization? = nil) {
    self.elementType = elementType
    self.quantization = quantization
  }

  public static let float32: ValueType = ValueType(.float32)

  /// int8 with one scale and zero point.
  public static func int8(scale: Float, zeroPoint: Int64) -> ValueType {
    ValueType(.int8, Quantization(scale: scale, zeroPoint: zeroPoint))
  }

  /// int16 around zero.
  public static func int16(scale: Float) -> ValueType {
    ValueType(.int16, Quantization(scale: scale, zeroPoint: 0))
  }
}
