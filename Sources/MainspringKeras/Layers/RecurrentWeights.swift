// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Weights of a recurrent layer with the gates as rows.
struct RecurrentWeights {
  /// `[gates·units × features]`
  let input: Tensor
  /// `[gates·units × units]`
  let recurrent: Tensor
  let bias: Tensor
}

extension LayerCall {
  /// Shapes of the kernels as Keras stores them.
  func gateShapes(_ gates: Int, features: Int, units: Int)
    throws(KerasError) -> (input: [Int], recurrent: [Int])
  {
    guard units <= Shape.maximumElementCount / 8 else {
      throw layer.failure("units", "at most \(Shape.maximumElementCount / 8)", layer.value("units"))
    }
    return ([features, gates * units], [units, gates * units])
  }

  /// Keras 1: a matrix for each gate, named after it.
  func gateByGate(_ gates: [String], features: Int, units: Int)
    throws(KerasError) -> RecurrentWeights
  {
    var input: [Float] = []
    var recurrent: [Float] = []
    var bias: [Float] = []
    for gate in gates {
      input += try weight("_W_\(gate)", [features, units]).transposed().floats ?? []
      recurrent += try weight("_U_\(gate)", [units, units]).transposed().floats ?? []
      bias += try weight("_b_\(gate)", [units]).floats ?? []
    }
    let rows = gates.count * units
    return RecurrentWeights(
      input: Tensor(shape: try makeShape([rows, features]), floats: input),
      recurrent: Tensor(shape: try makeShape([rows, units]), floats: recurrent),
      bias: Tensor(shape: try makeShape([rows]), floats: bias))
  }

  /// CuDNN: each gate's `[features × units]` block holds a `[units × features]` matrix, flat.
  func cuDNNKernel(_ kernel: Tensor, gates: Int, units: Int) throws(KerasError) -> Tensor {
    let features = kernel.shape[0]
    return try kernel.reshaped([features, gates, units]).permuted([1, 0, 2])
      .reshaped([gates * units, features])
  }

  /// CuDNN: each gate's `[units × units]` block holds the transposed matrix.
  func cuDNNRecurrent(_ kernel: Tensor, gates: Int, units: Int) throws(KerasError) -> Tensor {
    try kernel.reshaped([units, gates, units]).permuted([1, 0, 2])
      .reshaped([gates * units, units])
  }
}
