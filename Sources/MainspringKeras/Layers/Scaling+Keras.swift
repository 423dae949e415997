// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Rescaling: x·scale + offset, numbers or one for each channel.
  func rescaling() throws(KerasError) -> ValueID {
    let value = try input()
    let channels = shape(value).channels
    let scale = try channelNumbers("scale", channels, default: 1)
    let offset = try channelNumbers("offset", channels, default: 0)
    return try scaleShift(value, scale: scale, shift: offset, axis: shape(value).rank - 1)
  }

  private func channelNumbers(_ key: String, _ count: Int, default fallback: Float)
    throws(KerasError) -> [Float]
  {
    guard let list = layer.value(key)?.array else {
      return Array(repeating: try layer.number(key, default: fallback), count: count)
    }
    var numbers: [Float] = []
    for element in list { numbers.append(try layer.finite(element, key)) }
    guard numbers.count == count || numbers.count == 1 else {
      throw layer.failure(key, "\(count) numbers", layer.value(key))
    }
    return numbers.count == count ? numbers : Array(repeating: numbers[0], count: count)
  }

  /// Normalization: (x − mean)/max(√variance, 10⁻⁷), or its inverse.
  func normalization() throws(KerasError) -> ValueID {
    let value = try input()
    let rank = shape(value).rank
    let axes = try normalizationAxes(value)
    let kept = axes.map { shape(value)[$0] }
    var broadcast = [Int](repeating: 1, count: rank)
    for axis in axes { broadcast[axis] = shape(value)[axis] }
    let (mean, variance) = try moments(kept)
    let count = kept.reduce(1, *)
    let deviation = variance.map { max($0.squareRoot(), 1e-7) }
    guard mean.count == count, deviation.count == count else {
      throw layer.failure("mean", "\(count) numbers", layer.value("mean"))
    }
    let broadcastShape = try makeShape(broadcast)
    let centre = constant(Tensor(shape: broadcastShape, floats: mean), "mean")
    // Subtracting first keeps the digits that x·a + b would lose for a mean far from zero.
    if try layer.flag("invert", default: false) {
      let spread = constant(Tensor(shape: broadcastShape, floats: deviation), "deviation")
      return try binary(.add, try binary(.multiply, value, spread, "scaled"), centre)
    }
    let inverse = constant(
      Tensor(shape: broadcastShape, floats: deviation.map { 1 / $0 }), "inverse")
    return try binary(.multiply, try binary(.subtract, value, centre, "centred"), inverse)
  }

  private func normalizationAxes(_ value: ValueID) throws(KerasError) -> [Int] {
    // Null means one mean for everything; absent means the last axis.
    let axes = layer.settings["axis"] == nil ? [-1] : try layer.integers("axis") ?? []
    let positions = Set(axes.compactMap { shape(value).normalized(axis: $0) })
    guard positions.count == axes.count, !positions.contains(0) else {
      throw layer.failure("axis", "axes of \(shape(value)) after the batch", layer.value("axis"))
    }
    return positions.sorted()
  }

  /// From the settings, or learned and stored.
  private func moments(_ kept: [Int]) throws(KerasError) -> (mean: [Float], variance: [Float]) {
    if let mean = layer.value("mean"), let variance = layer.value("variance") {
      let count = kept.reduce(1, *)
      return (try numbers(mean, "mean", count), try numbers(variance, "variance", count))
    }
    let mean = try weight("mean", kept, trainable: false).floats ?? []
    let variance = try weight("variance", kept, trainable: false).floats ?? []
    try skipWeight("count", [])
    return (mean, variance)
  }

  /// Numbers in lists of any depth, or one for all.
  private func numbers(_ json: JSON, _ key: String, _ count: Int) throws(KerasError) -> [Float] {
    var flat: [Float] = []
    var pending = [json]
    while let next = pending.popLast() {
      if let list = next.array {
        pending += list.reversed()
      } else {
        flat.append(try layer.finite(next, key))
      }
    }
    return flat.count == 1 ? Array(repeating: flat[0], count: count) : flat
  }
}
