// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// BatchNormalization with its stored statistics: x·a + b, a = γ/√(σ² + ε), b = β − μ·a.
  func batchNormalization() throws(KerasError) -> ValueID {
    let value = try input()
    let axes = try layer.integers("axis") ?? [-1]
    guard axes.count == 1, let axis = shape(value).normalized(axis: axes[0]), axis > 0 else {
      throw layer.failure("axis", "one axis of \(shape(value))", layer.value("axis"))
    }
    let count = shape(value)[axis]
    let epsilon = try layer.number("epsilon", default: 1e-3)
    var scale = [Float](repeating: 1, count: count)
    var offset = [Float](repeating: 0, count: count)
    if try layer.flag("scale", default: true) {
      scale = try vector("gamma", count, trainable: true)
    }
    if try layer.flag("center", default: true) {
      offset = try vector("beta", count, trainable: true)
    }
    let mean = try vector("moving_mean", count, aliases: ["_running_mean"], trainable: false)
    // Keras 1 calls the variance a standard deviation.
    let variance = try vector(
      "moving_variance", count, aliases: ["_running_std"], trainable: false)
    for index in 0..<count {
      let a = Double(scale[index]) / (Double(variance[index]) + Double(epsilon)).squareRoot()
      offset[index] = Float(Double(offset[index]) - Double(mean[index]) * a)
      scale[index] = Float(a)
    }
    return try scaleShift(value, scale: scale, shift: offset, axis: axis)
  }

  private func vector(
    _ variable: String, _ count: Int, aliases: [String] = [], trainable: Bool
  ) throws(KerasError) -> [Float] {
    try weight(variable, [count], aliases: aliases + ["_" + variable], trainable: trainable)
      .floats ?? []
  }

  /// x·scale + shift with one pair for each index of an axis.
  func scaleShift(_ value: ValueID, scale: [Float], shift: [Float], axis: Int, _ step: String = "")
    throws(KerasError) -> ValueID
  {
    let rank = shape(value).rank
    let vector = try makeShape([scale.count])
    let (a, b) = (Tensor(shape: vector, floats: scale), Tensor(shape: vector, floats: shift))
    if axis == rank - 1 {
      return try add(.scaleShift(ScaleShift(scale: a, shift: b)), to: value, step)
    }
    var extents = [Int](repeating: 1, count: rank)
    extents[axis] = scale.count
    let scaled = try binary(
      .multiply, value, constant(try a.reshaped(extents), "scale"), "scaled")
    return try binary(.add, scaled, constant(try b.reshaped(extents), "shift"), step)
  }
}
