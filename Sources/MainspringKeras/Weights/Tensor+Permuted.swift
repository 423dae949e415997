// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Tensor {
  /// Axes in another order: axis `i` of the result is axis `permutation[i]` of this tensor.
  ///
  /// - Precondition: floats, and `permutation` names each axis once.
  func permuted(_ permutation: [Int]) throws(KerasError) -> Tensor {
    guard let source = floats, permutation.sorted() == Array(0..<shape.rank) else {
      preconditionFailure("a permutation of a float tensor's axes")
    }
    let strides = shape.strides
    let extents = permutation.map { shape[$0] }
    let steps = permutation.map { strides[$0] }
    var result: [Float] = []
    result.reserveCapacity(source.count)
    var index = [Int](repeating: 0, count: extents.count)
    var offset = 0
    for _ in source.indices {
      result.append(source[offset])
      var axis = extents.count - 1
      while axis >= 0 {
        index[axis] += 1
        offset += steps[axis]
        if index[axis] < extents[axis] { break }
        offset -= steps[axis] * extents[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return Tensor(shape: try Shape.keras(extents), floats: result)
  }

  /// Rows and columns of a matrix exchanged.
  func transposed() throws(KerasError) -> Tensor { try permuted([1, 0]) }

  /// The same elements under other extents.
  ///
  /// - Precondition: as many elements.
  func reshaped(_ extents: [Int]) throws(KerasError) -> Tensor {
    reshaped(to: try Shape.keras(extents))
  }
}

extension Shape {
  /// A shape, with this module's error.
  static func keras(_ extents: [Int]) throws(KerasError) -> Shape {
    do throws(ShapeError) {
      return try Shape(extents)
    } catch {
      throw .graph(.shape(node: "weights", error))
    }
  }
}
