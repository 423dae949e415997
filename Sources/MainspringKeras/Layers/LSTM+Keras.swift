// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Gates input, forget, candidate, output, as columns of the kernels.
  func lstm(_ settings: RecurrentSettings, _ features: Int) throws(KerasError) -> LSTM {
    let recurrentActivation =
      layer.kind == "CuDNNLSTM"
      ? .sigmoid
      : try layer.elementwise(
        "recurrent_activation", default: generation < .three ? "hard_sigmoid" : "sigmoid",
        generation)
    let weights = try lstmWeights(settings, features)
    return LSTM(
      inputWeights: weights.input, recurrentWeights: weights.recurrent, bias: weights.bias,
      activation: settings.activation, recurrentActivation: recurrentActivation,
      returnsSequence: settings.returnsSequence, isStateful: settings.isStateful)
  }

  private func lstmWeights(_ settings: RecurrentSettings, _ features: Int)
    throws(KerasError) -> RecurrentWeights
  {
    let units = settings.units
    if assembly.weights.isStored("_W_i", in: scope) {
      return try gateByGate(["i", "f", "c", "o"], features: features, units: units)
    }
    let shapes = try gateShapes(4, features: features, units: units)
    let kernel = try weight("kernel", shapes.input, aliases: ["_W"])
    let recurrent = try weight("recurrent_kernel", shapes.recurrent, aliases: ["_U"])
    guard settings.usesBias else {
      return RecurrentWeights(
        input: try kernel.transposed(), recurrent: try recurrent.transposed(),
        bias: try zeros(4 * units))
    }
    let stored = assembly.weights.storedShape(
      of: "bias", aliases: ["_b"], among: [[4 * units], [8 * units]], in: scope)
    let bias = try weight("bias", stored, aliases: ["_b"])
    guard stored == [8 * units], let floats = bias.floats else {
      return RecurrentWeights(
        input: try kernel.transposed(), recurrent: try recurrent.transposed(), bias: bias)
    }
    // CuDNN adds an input and a recurrent bias.
    let sum = (0..<4 * units).map { floats[$0] + floats[4 * units + $0] }
    return RecurrentWeights(
      input: try cuDNNKernel(kernel, gates: 4, units: units),
      recurrent: try cuDNNRecurrent(recurrent, gates: 4, units: units),
      bias: Tensor(shape: try makeShape([4 * units]), floats: sum))
  }
}
