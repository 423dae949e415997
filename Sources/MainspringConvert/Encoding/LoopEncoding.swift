// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Recurrent layers without an operator of their own.
///
/// The input part of all gates is one product over all time steps; what remains is a step with
/// fixed shapes (T steps, u units, g gates; g = 4, 3, 1 for LSTM, GRU, SimpleRNN):
///
/// ```
/// x = RESHAPE(input [1, T, features])                    [T, features]
/// A = FULLY_CONNECTED(x, W, b)                           [T, g·u]
/// WHILE(t = [0], h = 0 [1, u], (c = 0 [1, u],) A (, Y = FILL([T, u], 0)))
///   condition:  LESS(t, [T])
///   step:       a  = GATHER(A, t)                        [1, g·u]
///               h' (, c') = the cell's step graph of (a, h (, c))
///               t' = ADD(t, [1])
///               Y' = DYNAMIC_UPDATE_SLICE(Y, h', CONCATENATION(t, [0]))
///               outputs t', h' (, c'), A (, Y')
/// ```
/// The result is RESHAPE(Y') as [1, T, u], or h' when only the last step is wanted; Y exists in the
/// first case only. The subgraphs are called `lstm_condition`, `lstm_step`; `gru_…`;
/// `simple_rnn_…`. The step graph is `RecurrentCell.stepGraph()`, encoded by the encoders of its
/// operators: whoever reads the body back as a graph can compare the two.
///
/// On integers each value has the type that `IntegerStep` gives it, zeros are their zero points, and
/// a BROADCAST_TO stands in the place of the FILL, which TensorFlow Lite Micro has for floats only.
///
/// Unrolled, A is the same, each step is SLICE(A, [t, 0], [1, g·u]) and the step graph, and Y is a
/// CONCATENATION of all h.
extension RecurrentCell {
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    switch encoder.options.recurrent {
    case .fused:
      if case .lstm(let lstm) = self, lstm.isFusable {
        try lstm.encodeFused(at: site, into: &encoder)
      } else {
        try encodeLoop(at: site, into: &encoder)
      }
    case .while: try encodeLoop(at: site, into: &encoder)
    case .unrolled: try encodeUnrolled(at: site, into: &encoder)
    }
  }

  /// - Throws: ``ConvertError`` when the cell and what it stands between do not go with each other.
  private func requireTypes(at site: Site) throws(ConvertError) {
    if let integerStep {
      guard site.inputType.elementType == integerStep.state.elementType,
        site.outputType == integerStep.state
      else {
        throw site.unsupported(
          operation.name, "of \(integerStep.state.elementType) needs operands of its types")
      }
      return
    }
    let isLSTM = if case .lstm = self { true } else { false }
    // Products of floats with int8 weights are operators like others.
    if !isLSTM, site.inputType.elementType.isFloat { return }
    for type in site.inputTypes.map({ $0.elementType }) + operation.weights.map({ $0.elementType })
    where !type.isFloat {
      throw site.unsupported(
        operation.name, "with \(type) cannot be written step by step, only as a fused LSTM")
    }
  }

  /// Of the projected input, and of h.
  private var inputType: ValueType { integerStep?.input ?? .float32 }
  private var stateType: ValueType { integerStep?.state ?? .float32 }

  /// A state of zeros.
  private func zeroState(at site: Site, in encoder: inout GraphEncoder) throws(ConvertError)
    -> Int32
  {
    let shape = try Shape(storing: [1, units], node: site.name)
    let zeros = Tensor(
      shape: shape, elements: stateType.zeros(units), quantization: stateType.quantization)
    return try encoder.weights(zeros, name: "\(site.name)/h0")
  }

  private var label: String {
    switch self {
    case .lstm: "lstm"
    case .gru: "gru"
    case .simpleRNN: "simple_rnn"
    }
  }

  /// Operators of one unrolled layer; no runtime is of use beyond.
  private static var maximumUnrolledCount: Int { 100_000 }

  private var stateNames: [String] { stateCount == 2 ? ["h", "c"] : ["h"] }

  private func step(at site: Site) throws(ConvertError) -> Graph {
    do throws(GraphError) {
      return try stepGraph()
    } catch {
      throw .graph(error)
    }
  }

  /// `[1 × time × features]` → `[time × gates·units]`
  private func project(_ site: Site, in encoder: inout GraphEncoder) throws(ConvertError) -> Int32 {
    try requireTypes(at: site)
    let (time, features) = (site.inputShape[1], site.inputShape[2])
    let rows = [time, features]
    let x = encoder.addTensor(name: "\(site.name)/x", extents: rows, type: site.inputType)
    encoder.reshape(site.input, to: x, shape: rows, name: "\(site.name)/x")
    let columns = try Shape(storing: [time, gateCount * units], node: site.name)
    let a = encoder.addTensor(
      name: "\(site.name)/a", extents: columns.extents, type: inputType)
    let projection = Site(
      name: site.name, inputs: [x], inputShapes: [try Shape(storing: rows, node: site.name)],
      inputTypes: [site.inputType], output: a, outputShape: columns, outputType: inputType)
    try inputProjection.encode(at: projection, into: &encoder)
    return a
  }

  // MARK: Loop

  private func encodeLoop(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let time = site.inputShape[1]
    let a = try project(site, in: &encoder)
    let first = encoder.integers([0], name: "\(site.name)/t0")
    let zeros = try zeroState(at: site, in: &encoder)
    var variables = [first] + stateNames.map { _ in zeros } + [a]
    if returnsSequence {
      let shape = encoder.integers([time, units], name: "\(site.name)/y_shape")
      let zero = encoder.scalar(
        stateType.zeros(1), stateType.quantization, name: "\(site.name)/zero")
      let empty = encoder.addTensor(
        name: "\(site.name)/y0", extents: [time, units], type: stateType)
      if stateType.isInteger {
        encoder.emit(.broadcastTo, version: 3, [zero, shape], to: [empty])
      } else {
        encoder.emit(.fill, [shape, zero], to: [empty])
      }
      variables.append(empty)
    }
    let condition = encodeCondition(time: time, into: &encoder)
    let body = try encodeBody(at: site, into: &encoder)
    let options = OptionsRecord.compact(93, .init(0, .int(condition)), .init(1, .int(body)))

    var results = [encoder.addTensor(name: "\(site.name)/t", extents: [1], type: .int32)]
    for name in stateNames {
      let isResult = name == "h" && !returnsSequence
      results.append(
        isResult
          ? site.output
          : encoder.addTensor(
            name: "\(site.name)/\(name)", extents: [1, units], type: stateType))
    }
    results.append(
      encoder.addTensor(
        name: "\(site.name)/a_end", extents: [time, gateCount * units], type: inputType))
    guard returnsSequence else {
      encoder.emit(.while, variables, to: results, options)
      return
    }
    let y = encoder.addTensor(
      name: "\(site.name)/y", extents: [time, units], type: stateType)
    encoder.emit(.while, variables, to: results + [y], options)
    encoder.reshape(y, to: site.output, shape: site.outputShape.extents, name: site.name)
  }

  /// The loop's variables as the inputs of a subgraph.
  private func addVariables(time: Int, to encoder: inout GraphEncoder) -> LoopVariables {
    let t = encoder.addInput(name: "t", extents: [1], type: ValueType(.int32))
    let state = stateNames.map {
      encoder.addInput(name: $0, extents: [1, units], type: stateType)
    }
    let a = encoder.addInput(
      name: "a_all", extents: [time, gateCount * units], type: inputType)
    let y =
      returnsSequence ? encoder.addInput(name: "y", extents: [time, units], type: stateType) : nil
    return LoopVariables(t: t, state: state, a: a, y: y)
  }

  private func encodeCondition(time: Int, into encoder: inout GraphEncoder) -> Int32 {
    encoder.openSubgraph(name: "\(label)_condition")
    let variables = addVariables(time: time, to: &encoder)
    let end = encoder.integers([time], name: "time")
    let goesOn = encoder.addTensor(name: "goes_on", extents: [1], type: .bool)
    encoder.emit(.less, [variables.t, end], to: [goesOn])
    return encoder.addSubgraph(outputs: [goesOn])
  }

  private func encodeBody(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError)
    -> Int32
  {
    encoder.openSubgraph(name: "\(label)_step")
    let variables = addVariables(time: site.inputShape[1], to: &encoder)
    let a = encoder.addTensor(name: "a", extents: [1, gateCount * units], type: inputType)
    encoder.emit(
      .gather, version: inputType.version(int8: 2, int16: 4), [variables.a, variables.t], to: [a],
      .compact(23))
    var constants: [ValueID: Int32] = [:]
    let state = try encoder.encode(
      try step(at: site), inputs: [a] + variables.state, constants: &constants)
    let next = encoder.addTensor(name: "t_new", extents: [1], type: .int32)
    let one = encoder.integers([1], name: "one")
    encoder.emit(.add, [variables.t, one], to: [next], .activation(11, .none))
    var outputs = [next] + state + [variables.a]
    if let y = variables.y {
      let zero = encoder.integers([0], name: "zero")
      let position = encoder.addTensor(name: "position", extents: [2], type: .int32)
      encoder.emit(.concatenation, [variables.t, zero], to: [position], .compact(10))
      let written = encoder.addTensor(
        name: "y_new", extents: [site.inputShape[1], units], type: stateType)
      encoder.emit(
        .dynamicUpdateSlice, version: stateType.version(int8: 1, int16: 4),
        [y, state[0], position], to: [written])
      outputs.append(written)
    }
    return encoder.addSubgraph(outputs: outputs)
  }

  // MARK: Unrolled

  private func encodeUnrolled(at site: Site, into encoder: inout GraphEncoder)
    throws(ConvertError)
  {
    let graph = try step(at: site)
    let steps = site.inputShape[1]
    guard steps <= RecurrentCell.maximumUnrolledCount / (graph.nodes.count + 1) else {
      throw site.unsupported(
        operation.name,
        "over \(steps) steps is too long to unroll: \(graph.nodes.count + 1) operators a step, at "
          + "most \(RecurrentCell.maximumUnrolledCount) in all")
    }
    let all = try project(site, in: &encoder)
    let zeros = try zeroState(at: site, in: &encoder)
    let width = gateCount * units
    let sizes = encoder.integers([1, width], name: "\(site.name)/step_shape")
    var state = stateNames.map { _ in zeros }
    var constants: [ValueID: Int32] = [:]
    var outputs: [Int32] = []
    for time in 0..<steps {
      let prefix = "\(site.name)/\(time)/"
      let begin = encoder.integers([time, 0], name: "\(prefix)begin")
      let a = encoder.addTensor(name: "\(prefix)a", extents: [1, width], type: inputType)
      encoder.emit(
        .slice, version: inputType.version(int8: 2, int16: 4), [all, begin, sizes], to: [a])
      state = try encoder.encode(
        graph, inputs: [a] + state, constants: &constants, prefix: prefix)
      outputs.append(state[0])
    }
    var result = state[0]
    if returnsSequence {
      result = encoder.addTensor(
        name: "\(site.name)/y", extents: [outputs.count, units], type: stateType)
      encoder.emit(
        .concatenation, version: stateType.version(int8: 2, int16: 3), outputs, to: [result],
        .compact(10))
    }
    encoder.reshape(result, to: site.output, shape: site.outputShape.extents, name: site.name)
  }
}

private struct LoopVariables {
  let t: Int32
  let state: [Int32]
  let a: Int32
  let y: Int32?
}

extension ValueType {
  /// Elements that stand for zeros.
  fileprivate func zeros(_ count: Int) -> Tensor.Elements {
    let zero = quantization?.zeroPoint ?? 0
    return switch elementType {
    case .int8: .int8([Int8](repeating: Int8(truncatingIfNeeded: zero), count: count))
    case .int16: .int16([Int16](repeating: 0, count: count))
    default: .float32([Float](repeating: 0, count: count))
    }
  }

  /// The version of an operator that moves elements of the type; 1 for floats.
  fileprivate func version(int8: Int32, int16: Int32) -> Int32 {
    switch elementType {
    case .int8: int8
    case .int16: int16
    default: 1
    }
  }
}
