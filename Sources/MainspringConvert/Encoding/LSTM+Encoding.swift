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
  ///
  /// On int8 the state is cleared by integers that stand for zeros, with a BROADCAST_TO: TensorFlow
  /// Lite Micro has no FILL of integers. Five intermediates are listed: the first four belong to
  /// layer normalization and say nothing, the last has the scale h is computed with.
  func encodeFused(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let form = try FusedForm(self, at: site)
    let state = zip(["h", "c"], form.state).map { name, type in
      encoder.addTensor(
        name: "\(site.name)/\(name)", extents: [1, units], type: type, isVariable: true)
    }
    if !isStateful {
      let extents = encoder.integers([1, units], name: "\(site.name)/state_shape")
      for (variable, type) in zip(state, form.state) {
        let zero = encoder.scalar(type.zero, type.quantization, name: "\(site.name)/zero")
        if type.isInteger {
          encoder.emit(.broadcastTo, version: 3, [zero, extents], to: [variable])
        } else {
          encoder.emit(.fill, [extents, zero], to: [variable])
        }
      }
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
      71, .init(0, .byte(tanh)), .init(1, .float(cellClip)),
      .init(4, .bool(form.isAsymmetric)))
    var intermediates: [Int32] = []
    if let hidden = form.hidden {
      let none = encoder.addTensor(name: "\(site.name)/none", extents: [0])
      let last = encoder.addTensor(name: "\(site.name)/hidden", extents: [0], type: hidden)
      intermediates = [none, none, none, none, last]
    }
    var sequence = site.output
    if !returnsSequence {
      sequence = encoder.addTensor(
        name: "\(site.name)/sequence", extents: [1, site.inputShape[1], units],
        type: site.outputType)
    }
    encoder.emit(
      .unidirectionalSequenceLstm, version: form.version, inputs, to: [sequence], options,
      intermediates: intermediates)
    if !returnsSequence { encoder.lastStep(of: sequence, at: site) }
  }

  /// The rows of the gates, in the order input, forget, candidate, output.
  private func gates(
    of tensor: Tensor, _ symbol: String, at site: Site, in encoder: inout GraphEncoder
  ) throws(ConvertError) -> [Int32] {
    let matrix = tensor.reshaped(
      to: try Shape(storing: [4 * units, tensor.shape.elementCount / (4 * units)], node: site.name))
    let scales = tensor.quantization
    var result: [Int32] = []
    for (index, gate) in ["i", "f", "c", "o"].enumerated() {
      var part = matrix.rows(index * units..<(index + 1) * units)
      part.quantization = scales.map {
        Quantization(scale: $0.scales[index], zeroPoint: $0.zeroPoints[index])
      }
      if tensor.shape.rank == 1 {
        part = part.reshaped(to: try Shape(storing: [units], node: site.name))
      }
      result.append(try encoder.weights(part, name: "\(site.name)/\(symbol)_\(gate)"))
    }
    return result
  }
}

/// What the types of a fused LSTM come to.
private struct FusedForm {
  let version: Int32
  /// Of h and c.
  let state: [ValueType]
  /// Of intermediate 4; nil for floats.
  let hidden: ValueType?
  let isAsymmetric: Bool

  /// - Throws: ``ConvertError`` when operand, weights, bias and state do not go with each other.
  init(_ lstm: LSTM, at site: Site) throws(ConvertError) {
    let weights = [lstm.inputWeights, lstm.recurrentWeights]
    let isFloat = site.inputType.elementType.isFloat && site.outputType == .float32
    if isFloat, lstm.integerState == nil, lstm.bias.elementType.isFloat {
      state = [.float32, .float32]
      hidden = nil
      if weights.allSatisfy({ $0.elementType.isFloat }) {
        version = 1
        isAsymmetric = false
        return
      }
      if weights.allSatisfy({ $0.isFourGates }) {
        isAsymmetric = lstm.asymmetricInputs
        version = isAsymmetric ? 3 : 2
        return
      }
    } else if let integerState = lstm.integerState, site.inputType.elementType == .int8,
      site.outputType.elementType == .int8, lstm.bias.elementType == .int32,
      weights.allSatisfy({ $0.isFourGates }), lstm.bias.isOffsetOfFourGates,
      integerState.isEncodable
    {
      version = 1
      isAsymmetric = false
      state = [
        ValueType(.int8, integerState.state), .int16(scale: integerState.cellScale),
      ]
      hidden = ValueType(.int8, integerState.hidden)
      return
    }
    throw site.unsupported(
      "LSTM",
      "has no kernel for \(site.inputType.elementType) to \(site.outputType.elementType) with "
        + "weights of \(weights[0].elementType) and \(weights[1].elementType), a bias of "
        + "\(lstm.bias.elementType) and this state")
  }
}

extension Tensor {
  /// int8 around zero with a scale for each gate.
  fileprivate var isFourGates: Bool {
    guard elementType == .int8, let quantization else { return false }
    return quantization.scales.count == 4 && quantization.isSymmetric
  }

  /// Kernels do not look at the scales of a bias: there are none, or one for each gate.
  fileprivate var isOffsetOfFourGates: Bool {
    guard let quantization else { return true }
    return quantization.scales.count == 4 && quantization.isSymmetric
  }
}

extension IntegerLSTMState {
  /// One scale for each, and that of the cell what kernels shift by.
  fileprivate var isEncodable: Bool {
    guard ValueType(.int8, state).hasOneScale, ValueType(.int8, hidden).hasOneScale else {
      return false
    }
    return cellScale.significand == 1 && (-15 ... -9).contains(cellScale.exponent)
  }
}

extension ValueType {
  /// Zero as an element.
  fileprivate var zero: Tensor.Elements {
    switch elementType {
    case .int8: .int8([Int8(truncatingIfNeeded: quantization?.zeroPoint ?? 0)])
    case .int16: .int16([0])
    default: .float32([0])
    }
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
      .stridedSlice, version: site.outputType.elementType == .int8 ? 2 : 1,
      [sequence, begin, end, strides], to: [site.output],
      .compact(32, .init(0, .int(0b101)), .init(1, .int(0b101)), .init(4, .int(0b010))))
  }
}
