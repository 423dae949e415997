// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension LSTM {
  /// The fused operator knows these activations only.
  var isFusable: Bool { activation == .tanh && recurrentActivation == .sigmoid }

  /// UNIDIRECTIONAL_SEQUENCE_LSTM, which keeps its state from one invocation to the next.
  ///
  /// Unless the layer is stateful, a FILL writes zeros into both state variables before it: windows
  /// are then independent in every runtime, whether or not anybody resets variables. The last step
  /// alone is cut out by a STRIDED_SLICE.
  func encodeFused(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let state = [
      encoder.addTensor(name: "\(site.name)/h", extents: [1, units], isVariable: true),
      encoder.addTensor(name: "\(site.name)/c", extents: [1, units], isVariable: true),
    ]
    if !isStateful {
      let extents = encoder.integers([1, units], name: "\(site.name)/state_shape")
      let zero = encoder.floats([0], extents: [], name: "\(site.name)/zero")
      for variable in state { encoder.emit(.fill, [extents, zero], to: [variable]) }
    }
    // input; W_i…W_o; U_i…U_o; peepholes; b_i…b_o; projection; state; layer normalization
    var inputs = [site.input]
    inputs += try gates(of: inputWeights, "W", at: site, in: &encoder)
    inputs += try gates(of: recurrentWeights, "U", at: site, in: &encoder)
    inputs += [-1, -1, -1]
    inputs += try gates(of: bias, "b", at: site, in: &encoder)
    inputs += [-1, -1]
    inputs += state
    inputs += [-1, -1, -1, -1]
    let tanh: Int8 = 4
    let options = OptionsRecord.compact(
      71, .init(0, .byte(tanh)), .init(1, .float(cellClip)))
    if returnsSequence {
      encoder.emit(.unidirectionalSequenceLstm, inputs, to: [site.output], options)
    } else {
      let sequence = encoder.addTensor(
        name: "\(site.name)/sequence", extents: [1, site.inputShape[1], units])
      encoder.emit(.unidirectionalSequenceLstm, inputs, to: [sequence], options)
      encoder.lastStep(of: sequence, at: site)
    }
  }

  /// The rows of the gates, in the order input, forget, candidate, output.
  private func gates(
    of tensor: Tensor, _ symbol: String, at site: Site, in encoder: inout GraphEncoder
  ) throws(ConvertError) -> [Int32] {
    let matrix = tensor.reshaped(
      to: try Shape(storing: [4 * units, tensor.shape.elementCount / (4 * units)], node: site.name))
    var result: [Int32] = []
    for (index, gate) in ["i", "f", "c", "o"].enumerated() {
      var part = matrix.rows(index * units..<(index + 1) * units)
      if tensor.shape.rank == 1 {
        part = part.reshaped(to: try Shape(storing: [units], node: site.name))
      }
      result.append(try encoder.weights(part, name: "\(site.name)/\(symbol)_\(gate)"))
    }
    return result
  }
}

extension GraphEncoder {
  /// `[1 × time × units]` → `[1 × units]`, in the form TensorFlow's converter writes.
  mutating func lastStep(of sequence: Int32, at site: Site) {
    let begin = integers([0, -1, 0], name: "\(site.name)/begin")
    let end = integers([0, 0, 0], name: "\(site.name)/end")
    let strides = integers([1, 1, 1], name: "\(site.name)/strides")
    // Batch and units from end to end, time at −1 and dropped.
    emit(
      .stridedSlice, [sequence, begin, end, strides], to: [site.output],
      .compact(32, .init(0, .int(0b101)), .init(1, .int(0b101)), .init(4, .int(0b010))))
  }
}
