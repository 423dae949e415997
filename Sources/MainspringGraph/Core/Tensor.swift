// SPDX-License-Identifier: Apache-2.0

/// A constant: shape, elements and, for integers, what they stand for.
public struct Tensor: Hashable, Sendable {
  /// Elements in row-major order; as many as the shape says.
  public enum Elements: Hashable, Sendable {
    case float32([Float])
    case float16([Half])
    case int8([Int8])
    case uint8([UInt8])
    case int16([Int16])
    case int32([Int32])
    case int64([Int64])
    case bool([Bool])
  }

  public let shape: Shape
  public let elements: Elements
  public var quantization: Quantization?

  /// - Precondition: there are as many elements as the shape says.
  public init(shape: Shape, elements: Elements, quantization: Quantization? = nil) {
    self.shape = shape
    self.elements = elements
    self.quantization = quantization
    precondition(elementCount == shape.elementCount, "a tensor has as many elements as its shape")
  }

  /// - Precondition: there are as many values as the shape says.
  public init(shape: Shape, floats: [Float]) {
    self.init(shape: shape, elements: .float32(floats))
  }

  /// A single float.
  public init(scalar: Float) { self.init(shape: .scalar, floats: [scalar]) }

  /// A vector of floats.
  ///
  /// - Throws: `ShapeError` when there are more values than a shape may have.
  public init(vector: [Float]) throws(ShapeError) {
    self.init(shape: try Shape([vector.count]), floats: vector)
  }

  public var elementType: ElementType { elements.elementType }

  private var elementCount: Int {
    switch elements {
    case .float32(let values): values.count
    case .float16(let values): values.count
    case .int8(let values): values.count
    case .uint8(let values): values.count
    case .int16(let values): values.count
    case .int32(let values): values.count
    case .int64(let values): values.count
    case .bool(let values): values.count
    }
  }

  /// The elements as floats; nil for integers and booleans. Halves are widened.
  ///
  /// - Complexity: O(1) for floats, O(n) for halves.
  public var floats: [Float]? {
    switch elements {
    case .float32(let values): values
    case .float16(let values): values.map { $0.float }
    default: nil
    }
  }

  /// The elements of an int32 or int64 tensor as `Int`; nil for other types or when one does not fit.
  public var integers: [Int]? {
    switch elements {
    case .int32(let values): return values.map { Int($0) }
    case .int64(let values):
      var result: [Int] = []
      result.reserveCapacity(values.count)
      for value in values {
        guard let narrow = Int(exactly: value) else { return nil }
        result.append(narrow)
      }
      return result
    default: return nil
    }
  }

  /// The same elements under another shape of equal size.
  ///
  /// - Precondition: the shapes have equally many elements.
  public func reshaped(to shape: Shape) -> Tensor {
    Tensor(shape: shape, elements: elements, quantization: quantization)
  }

  /// Floats rounded to halves; other types unchanged.
  public var halved: Tensor {
    guard case .float32(let values) = elements else { return self }
    return Tensor(shape: shape, elements: .float16(values.map { Half($0) }))
  }
}

extension Tensor.Elements {
  package var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float16: .float16
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .bool: .bool
    }
  }
}
