// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Gates update, reset, candidate, as columns of the kernels.
  func gru(_ settings: RecurrentSettings, _ features: Int) throws(KerasError) -> GRU {
    let isCuDNN = layer.kind == "CuDNNGRU"
    let recurrentActivation =
      isCuDNN
      ? .sigmoid
      : try layer.elementwise(
        "recurrent_activation", default: generation < .three ? "hard_sigmoid" : "sigmoid",
        generation)
    let resetsAfter = try layer.flag("reset_after", default: isCuDNN || generation == .three)
    let weights = try gruWeights(settings, features, resetsAfter: resetsAfter)
    let units = settings.units
    let (inputBias, recurrentBias) =
      resetsAfter ? try halves(weights.bias, units: units) : (weights.bias, nil)
    return GRU(
      inputWeights: weights.input, recurrentWeights: weights.recurrent, inputBias: inputBias,
      recurrentBias: recurrentBias, activation: settings.activation,
      recurrentActivation: recurrentActivation, returnsSequence: settings.returnsSequence)
  }

  /// `[2 × 3·units]` as input and recurrent bias.
  private func halves(_ bias: Tensor, units: Int) throws(KerasError) -> (Tensor, Tensor?) {
    let (input, recurrent) = try bias.reshaped([2, 3 * units]).split(at: 1)
    return (try input.reshaped([3 * units]), try recurrent.reshaped([3 * units]))
  }

  private func gruWeights(_ settings: RecurrentSettings, _ features: Int, resetsAfter: Bool)
    throws(KerasError) -> RecurrentWeights
  {
    let units = settings.units
    if assembly.weights.isStored("_W_z", in: scope) {
      return try gateByGate(["z", "r", "h"], features: features, units: units)
    }
    let shapes = try gateShapes(3, features: features, units: units)
    let kernel = try weight("kernel", shapes.input, aliases: ["_W"])
    let recurrent = try weight("recurrent_kernel", shapes.recurrent, aliases: ["_U"])
    let plain = RecurrentWeights(
      input: try kernel.transposed(), recurrent: try recurrent.transposed(),
      bias: try zeros(resetsAfter ? 6 * units : 3 * units))
    guard settings.usesBias else { return plain }
    guard resetsAfter else {
      return RecurrentWeights(
        input: plain.input, recurrent: plain.recurrent,
        bias: try weight("bias", [3 * units], aliases: ["_b"]))
    }
    let stored = assembly.weights.storedShape(
      of: "bias", among: [[2, 3 * units], [6 * units]], in: scope)
    let bias = try weight("bias", stored)
    guard stored.count == 1 else {
      return RecurrentWeights(input: plain.input, recurrent: plain.recurrent, bias: bias)
    }
    return RecurrentWeights(
      input: try cuDNNKernel(kernel, gates: 3, units: units),
      recurrent: try cuDNNRecurrent(recurrent, gates: 3, units: units), bias: bias)
  }
}
