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
    let version: Int32
    switch site.inputShape.rank {
    case ...4: version = 1
    case 5: version = 4
    case 6: version = 6
    default: throw site.unsupported("Transpose", "of \(site.inputShape) has more than 6 axes")
    }
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
      encoder.emit(
        .slice, version: rank > 4 ? 5 : 1, [site.input, start, sizes], to: [site.output])
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
    encoder.emit(
      .stridedSlice, version: rank > 4 ? 4 : 1, [site.input, start, stop, strides],
      to: [site.output], .compact(32, .init(1, .int(mask))))
  }
}

extension Concatenate {
  /// CONCATENATION
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.emit(
      .concatenation, site.inputs, to: [site.output], .compact(10, .init(0, .int(Int32(axis)))))
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
    let version: Int32 = rank > 4 ? 4 : 1
    if value == 0 {
      encoder.emit(.pad, version: version, [site.input, borders], to: [site.output])
    } else {
      let border = encoder.floats([value], extents: [1], name: "\(site.name)/value")
      encoder.emit(.padv2, version: version, [site.input, borders, border], to: [site.output])
    }
  }
}

extension Tile {
  /// TILE
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    guard site.inputShape.rank > 0 else {
      encoder.reshape(site.input, to: site.output, shape: [], name: site.name)
      return
    }
    let times = encoder.integers(multiples, name: "\(site.name)/multiples")
    encoder.emit(.tile, [site.input, times], to: [site.output])
  }
}

extension Reverse {
  /// REVERSE_V2, which takes neighbouring axes only: one operator for each run of them.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    var runs: [[Int]] = []
    for axis in axes {
      if let last = runs.last?.last, last + 1 == axis {
        runs[runs.count - 1].append(axis)
      } else {
        runs.append([axis])
      }
    }
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
        : encoder.addTensor(name: "\(site.name)/\(index)", extents: site.outputShape.extents)
      let along = encoder.integers(run, name: "\(site.name)/axes")
      encoder.emit(.reverseV2, [input, along], to: [output])
      input = output
    }
  }
}

extension Reduce {
  /// MEAN, SUM, REDUCE_MAX or REDUCE_MIN
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    guard !axes.isEmpty else {
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
    let along = encoder.integers(axes, name: "\(site.name)/axes")
    encoder.emit(
      code, [site.input, along], to: [site.output], .compact(27, .init(0, .bool(keepsAxes))))
  }
}
