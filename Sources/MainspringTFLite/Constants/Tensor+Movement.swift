// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Where the elements of a moved tensor come from: a start and a step for each axis.
///
/// Slices, transpositions, reversals, repetitions and broadcasts are all of this form.
struct Walk {
  let shape: Shape
  let start: Int
  /// Elements of the source between neighbours on each axis of the result; 0 repeats.
  let steps: [Int]

  /// Source indices in the result's order.
  ///
  /// - Complexity: O(elements).
  func indices() -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(shape.elementCount)
    guard shape.elementCount > 0 else { return result }
    var counter = [Int](repeating: 0, count: shape.rank)
    var position = start
    while true {
      result.append(position)
      var axis = shape.rank - 1
      while axis >= 0 {
        counter[axis] += 1
        position += steps[axis]
        if counter[axis] < shape[axis] { break }
        position -= steps[axis] * shape[axis]
        counter[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }

  /// How a tensor of shape `source` is broadcast to `shape`.
  ///
  /// - Precondition: it does broadcast.
  init(broadcasting source: Shape, to shape: Shape) {
    let offset = shape.rank - source.rank
    let strides = source.strides
    var steps: [Int] = []
    for axis in 0..<shape.rank {
      steps.append(axis < offset || source[axis - offset] == 1 ? 0 : strides[axis - offset])
    }
    self.init(shape: shape, start: 0, steps: steps)
  }

  init(shape: Shape, start: Int, steps: [Int]) {
    self.shape = shape
    self.start = start
    self.steps = steps
  }
}

extension Walk {
  /// The walk of an operator that moves elements of one operand; nil for any other.
  ///
  /// - Precondition: `output` is the operator's result for an operand of shape `input`.
  init?(_ operation: Operator, input: Shape, output: Shape) {
    let strides = input.strides
    switch operation {
    case .slice(let x):
      var start = 0
      var steps: [Int] = []
      for axis in 0..<input.rank {
        start += x.count[axis] == 0 ? 0 : x.begin[axis] * strides[axis]
        steps.append(x.count[axis] <= 1 ? 0 : x.stride[axis] * strides[axis])
      }
      self.init(shape: output, start: start, steps: steps)
    case .transpose(let x):
      self.init(shape: output, start: 0, steps: x.permutation.map { strides[$0] })
    case .reverse(let x):
      var start = 0
      var steps = strides
      for axis in x.axes where input[axis] > 0 {
        start += (input[axis] - 1) * strides[axis]
        steps[axis] = -strides[axis]
      }
      self.init(shape: output, start: start, steps: steps)
    default: return nil
    }
  }
}

extension Tensor {
  /// The elements at some indices, under a shape of as many.
  func taking(_ indices: [Int], shape: Shape) -> Tensor {
    let taken: Elements =
      switch elements {
      case .float32(let values): .float32(indices.map { values[$0] })
      case .float16(let values): .float16(indices.map { values[$0] })
      case .int8(let values): .int8(indices.map { values[$0] })
      case .uint8(let values): .uint8(indices.map { values[$0] })
      case .int16(let values): .int16(indices.map { values[$0] })
      case .int32(let values): .int32(indices.map { values[$0] })
      case .int64(let values): .int64(indices.map { values[$0] })
      case .bool(let values): .bool(indices.map { values[$0] })
      }
    return Tensor(shape: shape, elements: taken, quantization: quantization)
  }

  /// Tensors one after the other along an axis; halves among floats are widened, integers keep
  /// what those of the first stand for.
  ///
  /// - Returns: nil when the types differ otherwise.
  /// - Precondition: `shape` is the shape of the result.
  static func concatenating(_ tensors: [Tensor], axis: Int, shape: Shape) -> Tensor? {
    var outer = 1
    for extent in shape.extents[..<axis] { outer *= extent }
    var parts = tensors
    if tensors.contains(where: { $0.elementType == .float32 }) {
      parts = tensors.map { $0.widened }
    }
    guard let first = parts.first else { return nil }
    // All elements in one row, then picked in the order of the result.
    guard let flat = first.appending(parts[1...]) else { return nil }
    var starts: [Int] = []
    var start = 0
    for part in parts {
      starts.append(start)
      start += part.shape.elementCount
    }
    var indices: [Int] = []
    indices.reserveCapacity(shape.elementCount)
    for block in 0..<outer {
      for (part, start) in zip(parts, starts) {
        let length = part.shape.elementCount / max(outer, 1)
        indices.append(contentsOf: (start + block * length)..<(start + (block + 1) * length))
      }
    }
    return flat.taking(indices, shape: shape)
  }

  /// Halves as floats; anything else as it is.
  var widened: Tensor {
    guard case .float16(let values) = elements else { return self }
    return Tensor(shape: shape, floats: values.map { $0.float })
  }

  /// The elements of all tensors as a vector; nil when types differ or there are too many.
  private func appending(_ others: ArraySlice<Tensor>) -> Tensor? {
    var elements = elements
    var count = shape.elementCount
    for other in others {
      count += other.shape.elementCount
      switch (elements, other.elements) {
      case (.float32(let a), .float32(let b)): elements = .float32(a + b)
      case (.float16(let a), .float16(let b)): elements = .float16(a + b)
      case (.int8(let a), .int8(let b)): elements = .int8(a + b)
      case (.int16(let a), .int16(let b)): elements = .int16(a + b)
      case (.int32(let a), .int32(let b)): elements = .int32(a + b)
      case (.int64(let a), .int64(let b)): elements = .int64(a + b)
      case (.bool(let a), .bool(let b)): elements = .bool(a + b)
      default: return nil
      }
    }
    do throws(ShapeError) {
      return Tensor(shape: try Shape([count]), elements: elements, quantization: quantization)
    } catch {
      return nil
    }
  }
}
