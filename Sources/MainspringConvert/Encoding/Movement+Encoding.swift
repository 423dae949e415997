// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Reshape {
  /// RESHAPE with the shape as an operand; without one for a scalar.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.reshape(site.input, to: site.output, shape: shape.extents, name: site.name)
  }
}

extension GraphEncoder {
  mutating func reshape(_ input: Int32, to output: Int32, shape: [Int], name: String) {
    // A buffer without bytes would make the shape something to be computed.
    let operands = shape.isEmpty ? [input] : [input, integers(shape, name: "\(name)/shape")]
    emit(.reshape, operands, to: [output])
  }
}

extension Transpose {
  /// TRANSPOSE, up to six axes
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    guard site.inputShape.rank > 0 else {
      encoder.reshape(site.input, to: site.output, shape: [], name: site.name)
      return
    }
    let versions: Versions
    switch site.inputShape.rank {
    case ...4: versions = Versions(int8: 2, int16: 5)
    case 5: versions = Versions(4, int8: 4, int16: 5)
    case 6: versions = Versions(6, int8: 6, int16: 6)
    default: throw site.unsupported("Transpose", "of \(site.inputShape) has more than 6 axes")
    }
    let version = try site.version(versions, of: "Transpose")
    let order = encoder.integers(permutation, name: "\(site.name)/permutation")
    encoder.emit(.transpose, version: version, [site.input, order], to: [site.output])
  }
}

extension Slice {
  /// SLICE; STRIDED_SLICE where a stride is not 1. Up to five axes.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let rank = site.inputShape.rank
    guard rank > 0 else {
      encoder.reshape(site.input, to: site.output, shape: [], name: site.name)
      return
    }
    guard rank <= 5 else {
      throw site.unsupported("Slice", "of \(site.inputShape) has more than 5 axes")
    }
    let start = encoder.integers(begin, name: "\(site.name)/begin")
    // One element has no stride.
    let steps = (0..<rank).map { count[$0] == 1 ? 1 : stride[$0] }
    guard steps.contains(where: { $0 != 1 }) else {
      let sizes = encoder.integers(count, name: "\(site.name)/size")
      let versions = rank > 4 ? Versions(5, int8: 5, int16: 5) : Versions(int8: 2, int16: 4)
      encoder.emit(
        .slice, version: try site.version(versions, of: "Slice"), [site.input, start, sizes],
        to: [site.output])
      return
    }
    var end: [Int] = []
    var mask: Int32 = 0
    for axis in 0..<rank {
      let last = begin[axis] + (count[axis] - 1) * steps[axis]
      let beyond = last + steps[axis].signum()
      // Before the first element there is no index: −1 would be the last one.
      if beyond < 0 { mask |= 1 << Int32(axis) }
      end.append(max(beyond, 0))
    }
    let stop = encoder.integers(end, name: "\(site.name)/end")
    let strides = encoder.integers(steps, name: "\(site.name)/strides")
    let versions = rank > 4 ? Versions(4, int8: 4, int16: 4) : Versions(int8: 2, int16: 1)
    encoder.emit(
      .stridedSlice, version: try site.version(versions, of: "Slice"),
      [site.input, start, stop, strides], to: [site.output], .compact(32, .init(1, .int(mask))))
  }
}

extension Concatenate {
  /// CONCATENATION
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let version = try site.version(Versions(int8: 2, int16: 3), of: "Concatenate")
    encoder.emit(
      .concatenation, version: version, site.inputs, to: [site.output],
      .compact(10, .init(0, .int(Int32(axis)))))
  }
}

extension Pad {
  /// PAD, or PADV2 for a border other than zeros; up to five axes.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let rank = site.inputShape.rank
    guard rank > 0 else {
      encoder.reshape(site.input, to: site.output, shape: [], name: site.name)
      return
    }
    guard rank <= 5 else {
      throw site.unsupported("Pad", "of \(site.inputShape) has more than 5 axes")
    }
    let borders = encoder.integers(
      (0..<rank).flatMap { [before[$0], after[$0]] }, extents: [rank, 2],
      name: "\(site.name)/paddings")
    let versions = rank > 4 ? Versions(4, int8: 4, int16: 4) : Versions(int8: 2, int16: 3)
    let version = try site.version(versions, of: "Pad")
    if value == 0 {
      encoder.emit(.pad, version: version, [site.input, borders], to: [site.output])
    } else {
      let name = "\(site.name)/value"
      let border =
        site.outputType.integer(for: value).map {
          encoder.scalar($0, site.outputType.quantization, name: name)
        } ?? encoder.floats([value], extents: [1], name: name)
      encoder.emit(.padv2, version: version, [site.input, borders, border], to: [site.output])
    }
  }
}

extension Tile {
  /// TILE
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    guard site.inputShape.rank > 0 else {
      encoder.reshape(site.input, to: site.output, shape: [], name: site.name)
      return
    }
    let version = try site.version(Versions(int8: 3, int16: nil), of: "Tile")
    let times = encoder.integers(multiples, name: "\(site.name)/multiples")
    encoder.emit(.tile, version: version, [site.input, times], to: [site.output])
  }
}

extension Reverse {
  /// REVERSE_V2, which takes neighbouring axes only: one operator for each run of them.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let version = try site.version(Versions(int8: 3, int16: 1), of: "Reverse")
    let runs = runs
    guard !runs.isEmpty else {
      encoder.reshape(
        site.input, to: site.output, shape: site.outputShape.extents, name: site.name)
      return
    }
    var input = site.input
    for (index, run) in runs.enumerated() {
      let output =
        index == runs.count - 1
        ? site.output
        : encoder.addTensor(
          name: "\(site.name)/\(index)", extents: site.outputShape.extents, type: site.outputType)
      let along = encoder.integers(run, name: "\(site.name)/axes")
      encoder.emit(.reverseV2, version: version, [input, along], to: [output])
      input = output
    }
  }
}

extension Reduce {
  /// MEAN, SUM, REDUCE_MAX or REDUCE_MIN
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    guard !axes.isEmpty else {
      guard site.inputType == site.outputType || !site.outputType.isInteger else {
        throw site.unsupported("Reduce", "of no axes cannot give integers another scale")
      }
      encoder.reshape(
        site.input, to: site.output, shape: site.outputShape.extents, name: site.name)
      return
    }
    let code: BuiltinOperator =
      switch kind {
      case .mean: .mean
      case .sum: .sum
      case .maximum: .reduceMax
      case .minimum: .reduceMin
      }
    let versions = Versions(int8: 2, int16: kind == .sum ? nil : 3)
    let version = try site.version(versions, of: Operator.reduce(self).name)
    let along = encoder.integers(axes, name: "\(site.name)/axes")
    encoder.emit(
      code, version: version, [site.input, along], to: [site.output],
      .compact(27, .init(0, .bool(keepsAxes))))
  }
}

extension ValueType {
  /// The integer nearest to a number; nil for floats.
  fileprivate func integer(for number: Float) -> Tensor.Elements? {
    guard let scale = quantization?.scale, let zeroPoint = quantization?.zeroPoint else {
      return nil
    }
    let steps = (number / scale).rounded(.toNearestOrAwayFromZero) + Float(zeroPoint)
    switch elementType {
    case .int8: return .int8([Int8(max(-128, min(127, steps)))])
    case .int16: return .int16([Int16(max(-32768, min(32767, steps)))])
    default: return nil
    }
  }
}
