// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Activation, ReLU, LeakyReLU, ELU, ThresholdedReLU, Softmax.
  func activationLayer() throws(KerasError) -> ValueID {
    guard let activation = try layer.layerActivation(generation) else {
      throw .unsupportedLayer(layer: layer.path, kind: layer.kind)
    }
    return try add(activation, to: try input())
  }

  /// The setting `activation`; asked for before the weights, so that it is refused first.
  func resultActivation() throws(KerasError) -> LayerActivation {
    try layer.activation("activation", default: "linear", generation)
  }

  /// An activation of a result; `linear` adds nothing.
  func add(_ activation: LayerActivation, to value: ValueID, _ step: String = "")
    throws(KerasError) -> ValueID
  {
    switch activation {
    case .elementwise(.linear): return value
    case .elementwise(let function): return try add(function, to: value, step)
    case .logSoftmax: return try add(.logSoftmax(LogSoftmax()), to: value, step)
    case .softmax(let axis):
      return try onLastAxis(value, axis: axis) { (rows) throws(KerasError) in
        try add(.softmax(Softmax()), to: rows, step)
      }
    }
  }

  /// Does something to the last axis on another one, by moving it there and back.
  private func onLastAxis(
    _ value: ValueID, axis: Int, _ body: (ValueID) throws(KerasError) -> ValueID
  ) throws(KerasError) -> ValueID {
    let rank = shape(value).rank
    guard let position = shape(value).normalized(axis: axis), position > 0 else {
      throw layer.failure("axis", "an axis of \(shape(value)) after the batch", layer.value("axis"))
    }
    if position == rank - 1 { return try body(value) }
    var swap = Array(0..<rank)
    swap.swapAt(position, rank - 1)
    let moved = try add(.transpose(Transpose(permutation: swap)), to: value, "transpose")
    return try add(.transpose(Transpose(permutation: swap)), to: try body(moved))
  }

  /// PReLU: a slope for each element or each channel.
  func parametricReLU() throws(KerasError) -> ValueID {
    let value = try input()
    var extents = Array(shape(value).extents.dropFirst())
    for axis in try layer.integers("shared_axes") ?? [] {
      guard axis >= 1, axis <= extents.count else {
        throw layer.failure("shared_axes", "axes of \(shape(value))", layer.value("shared_axes"))
      }
      extents[axis - 1] = 1
    }
    let slope = try weight("alpha", extents, aliases: ["_alphas", "_alpha"])
    return try add(.parametricReLU(ParametricReLU(slope: slope)), to: value)
  }

  /// Dropout, noise and the like: nothing at inference.
  func identity() throws(KerasError) -> ValueID { try input() }
}
