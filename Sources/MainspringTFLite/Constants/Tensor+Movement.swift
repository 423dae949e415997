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

  /// The only element, everywhere.
  ///
  /// - Precondition: there is one.
  func repeated(to shape: Shape) -> Tensor {
    let count = shape.elementCount
    let repeated: Elements =
      switch elements {
      case .float32(let values): .float32([Float](repeating: values[0], count: count))
      case .float16(let values): .float16([Half](repeating: values[0], count: count))
      case .int8(let values): .int8([Int8](repeating: values[0], count: count))
      case .uint8(let values): .uint8([UInt8](repeating: values[0], count: count))
      case .int16(let values): .int16([Int16](repeating: values[0], count: count))
      case .int32(let values): .int32([Int32](repeating: values[0], count: count))
      case .int64(let values): .int64([Int64](repeating: values[0], count: count))
      case .bool(let values): .bool([Bool](repeating: values[0], count: count))
      }
    return Tensor(shape: shape, elements: repeated, quantization: quantization)
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
    // All elements in one row, then picked in the order of the result.
    guard let flat = Tensor.flat(parts, count: shape.elementCount) else { return nil }
    // Parts without elements would cost a step in every block.
    parts.removeAll { $0.shape.elementCount == 0 }
    if parts.isEmpty || outer == 1 { return flat.reshaped(to: shape) }
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
        let length = part.shape.elementCount / outer
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

  /// The elements of all tensors as a vector; nil when types differ.
  ///
  /// - Parameter count: how many there are, which a shape has been found for.
  /// - Complexity: O(count + tensors).
  private static func flat(_ tensors: [Tensor], count: Int) -> Tensor? {
    guard let first = tensors.first,
      let joined = first.elements.joining(tensors, count: count)
    else { return nil }
    do throws(ShapeError) {
      return Tensor(
        shape: try Shape([count]), elements: joined, quantization: first.quantization)
    } catch {
      return nil
    }
  }
}

extension Tensor.Elements {
  /// The elements of tensors of this type, one after the other; nil when one is of another.
  fileprivate func joining(_ tensors: [Tensor], count: Int) -> Tensor.Elements? {
    switch self {
    case .float32:
      joined(tensors, count) { if case .float32(let values) = $0 { values } else { nil } }
        .map { .float32($0) }
    case .float16:
      joined(tensors, count) { if case .float16(let values) = $0 { values } else { nil } }
        .map { .float16($0) }
    case .int32:
      joined(tensors, count) { if case .int32(let values) = $0 { values } else { nil } }
        .map { .int32($0) }
    case .int64:
      joined(tensors, count) { if case .int64(let values) = $0 { values } else { nil } }
        .map { .int64($0) }
    case .bool:
      joined(tensors, count) { if case .bool(let values) = $0 { values } else { nil } }
        .map { .bool($0) }
    case .int8:
      joined(tensors, count) { if case .int8(let values) = $0 { values } else { nil } }
        .map { .int8($0) }
    case .int16:
      joined(tensors, count) { if case .int16(let values) = $0 { values } else { nil } }
        .map { .int16($0) }
    case .uint8: nil
    }
  }

  private func joined<T>(
    _ tensors: [Tensor], _ count: Int, _ values: (Tensor.Elements) -> [T]?
  ) -> [T]? {
    var result: [T] = []
    result.reserveCapacity(count)
    for tensor in tensors {
      guard let more = values(tensor.elements) else { return nil }
      result += more
    }
    return result
  }
}
