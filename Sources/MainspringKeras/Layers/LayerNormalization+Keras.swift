// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// (x − mean)/√(variance + ε)·γ + β over some axes (Ba et al. 2016).
  ///
  /// With `rms_scaling` Keras leaves x as it is but still takes the variance about the mean.
  func layerNormalization() throws(KerasError) -> ValueID {
    let value = try input()
    let axes = try sortedAxes(value)
    let epsilon = try layer.number("epsilon", default: 1e-3)
    let isRMS = try layer.flag("rms_scaling", default: false)
    // Stored in the order of the setting, read in the order of the axes, as Keras does.
    let listed = (try layer.integers("axis") ?? [-1]).compactMap {
      shape(value).normalized(axis: $0)
    }
    let keptShape = listed.map { shape(value)[$0] }
    let centred = try binary(.subtract, value, try mean(value, axes, "mean"), "centred")
    let square = try add(.unary(Unary(.square)), to: centred, "square")
    let power = try mean(square, axes, "variance")
    let safe = try binary(.add, power, scalar(epsilon, "epsilon"), "safe")
    let inverse = try add(.unary(Unary(.reciprocalSquareRoot)), to: safe, "inverse")
    var result = try binary(.multiply, isRMS ? value : centred, inverse, "normalized")
    let scales = try layer.flag("scale", default: true)
    let centres = try layer.flag("center", default: true) && !isRMS
    let gamma = scales || isRMS ? try weight("gamma", keptShape) : nil
    let beta = centres ? try weight("beta", keptShape) : nil
    if axes == [shape(value).rank - 1], let count = keptShape.first, gamma != nil || beta != nil {
      return try scaleShift(
        result, scale: gamma?.floats ?? Array(repeating: 1, count: count),
        shift: beta?.floats ?? Array(repeating: 0, count: count), axis: axes[0])
    }
    var extents = [Int](repeating: 1, count: shape(value).rank)
    for axis in axes { extents[axis] = shape(value)[axis] }
    if let gamma {
      result = try binary(
        .multiply, result, constant(try gamma.reshaped(extents), "gamma"), "scaled")
    }
    if let beta { result = try binary(.add, result, constant(try beta.reshaped(extents), "beta")) }
    return result
  }

  /// x / √Σx² over some axes, not beyond 10⁶ times x.
  func unitNormalization() throws(KerasError) -> ValueID {
    let value = try input()
    let axes = try sortedAxes(value)
    let square = try add(.unary(Unary(.square)), to: value, "square")
    let sum = try add(
      .reduce(Reduce(kind: .sum, axes: axes, keepsAxes: true)), to: square, "sum")
    let safe = try binary(.maximum, sum, scalar(1e-12, "least"), "safe")
    let inverse = try add(.unary(Unary(.reciprocalSquareRoot)), to: safe, "inverse")
    return try binary(.multiply, value, inverse)
  }

  private func mean(_ value: ValueID, _ axes: [Int], _ step: String) throws(KerasError) -> ValueID {
    try add(.reduce(Reduce(kind: .mean, axes: axes, keepsAxes: true)), to: value, step)
  }

  /// The setting `axis` as ascending axes after the batch.
  private func sortedAxes(_ value: ValueID) throws(KerasError) -> [Int] {
    let axes = try layer.integers("axis") ?? [-1]
    let positions = Set(axes.compactMap { shape(value).normalized(axis: $0) })
    guard !axes.isEmpty, positions.count == axes.count, !positions.contains(0) else {
      throw layer.failure("axis", "axes of \(shape(value)) after the batch", layer.value("axis"))
    }
    return positions.sorted()
  }
}
