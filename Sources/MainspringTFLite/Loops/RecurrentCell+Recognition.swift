// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension RecurrentCell {
  /// More operators than the step of an LSTM whose activations take nine each.
  static let maximumStepNodes = 96
  /// What trying all activations counts for in `WorkBudget`.
  static let recognitionWork = 1 << 17

  /// The layer that has a step graph and an input projection.
  ///
  /// Its weights are read off the step's products, its activations are those whose operators occur
  /// in the step; of the cells made of them the one with exactly this step graph is taken.
  ///
  /// - Returns: nil when there is none; no step has more than
  ///   `maximumStepNodes` operators.
  init?(step: Graph, projection: Dense, returnsSequence: Bool) {
    guard step.nodes.count <= RecurrentCell.maximumStepNodes,
      let first = CellTemplate(step, projection, returnsSequence)
    else { return nil }
    do throws(GraphError) {
      let wanted = try step.nameless()
      if let integers = step.integerStep {
        let cell = first.cell(.tanh, .sigmoid).with(integers)
        guard try cell.stepGraph().nameless() == wanted else { return nil }
        self = cell
        return
      }
      let choices = Activation.candidates(in: wanted)
      for activation in choices {
        for recurrent in first.hasGates ? choices : [.sigmoid] {
          let cell = first.cell(activation, recurrent)
          if try cell.stepGraph().nameless() == wanted {
            self = cell
            return
          }
        }
      }
    } catch {
      // Weights that do not fit together: no cell.
    }
    return nil
  }
}

/// A cell but for its activations.
private struct CellTemplate {
  private let cell: RecurrentCell

  init?(_ step: Graph, _ projection: Dense, _ returnsSequence: Bool) {
    var products: [Dense] = []
    for node in step.nodes { if case .dense(let dense) = node.operation { products.append(dense) } }
    let isInteger = step.integerStep != nil
    let hasBytes = products.first?.weights.elementType == .int8
    guard let product = products.first, hasBytes || !isInteger,
      (products + [projection]).allSatisfy({
        let type = $0.weights.elementType
        return $0.weights.shape.rank == 2 && (hasBytes ? type == .int8 : type.isFloat)
      })
    else { return nil }
    let width = projection.weights.shape[0]
    let asymmetric = product.asymmetricInputs
    if isInteger, projection.bias == nil { return nil }
    let bias: Tensor
    do throws(ShapeError) {
      let shape = try Shape([width])
      bias =
        projection.bias
        ?? Tensor(shape: shape, floats: [Float](repeating: 0, count: width))
    } catch {
      return nil
    }
    let units = product.weights.shape[1]
    switch (step.inputs.count, products.count) {
    case (3, 1) where product.bias == nil && width == 4 * units && !hasBytes:
      cell = .lstm(
        LSTM(
          inputWeights: projection.weights, recurrentWeights: product.weights, bias: bias,
          cellClip: step.clip, returnsSequence: returnsSequence))
    case (2, 1) where product.bias == nil && width == units:
      cell = .simpleRNN(
        SimpleRNN(
          inputWeights: projection.weights, recurrentWeights: product.weights, bias: bias,
          returnsSequence: returnsSequence, asymmetricInputs: asymmetric))
    case (2, 1) where width == 3 * units:
      guard let recurrentBias = product.bias else { return nil }
      cell = .gru(
        GRU(
          inputWeights: projection.weights, recurrentWeights: product.weights, inputBias: bias,
          recurrentBias: recurrentBias, returnsSequence: returnsSequence,
          asymmetricInputs: asymmetric))
    case (2, 2) where width == 3 * units && products[1].weights.shape[1] == units:
      let parts = products.map { $0.weights }
      do throws(ShapeError) {
        let shape = try Shape([3 * units, units])
        guard parts[0].shape[0] + parts[1].shape[0] == 3 * units,
          var weights = Tensor.concatenating(parts, axis: 0, shape: shape)
        else { return nil }
        if hasBytes { weights.quantization = Quantization(rowsOf: parts) }
        cell = .gru(
          GRU(
            inputWeights: projection.weights, recurrentWeights: weights, inputBias: bias,
            recurrentBias: nil, returnsSequence: returnsSequence, asymmetricInputs: asymmetric))
      } catch {
        return nil
      }
    default: return nil
    }
  }

  var hasGates: Bool {
    if case .simpleRNN = cell { false } else { true }
  }

  func cell(_ activation: Activation, _ recurrent: Activation) -> RecurrentCell {
    switch cell {
    case .lstm(var x):
      x.activation = activation
      x.recurrentActivation = recurrent
      return .lstm(x)
    case .gru(var x):
      x.activation = activation
      x.recurrentActivation = recurrent
      return .gru(x)
    case .simpleRNN(var x):
      x.activation = activation
      return .simpleRNN(x)
    }
  }
}

extension Quantization {
  /// The scale of matrices below each other, or those of all their rows; nil for matrices without.
  fileprivate init?(rowsOf parts: [Tensor]) {
    let common = parts[0].quantization?.scale
    // The first matrix has several rows; a single one says nothing about whose scale it has.
    if let common, parts.allSatisfy({ $0.quantization?.scale == common }) {
      self.init(scale: common, zeroPoint: 0)
      return
    }
    var scales: [Float] = []
    for part in parts {
      guard let quantization = part.quantization else { return nil }
      scales +=
        quantization.scale.map { [Float](repeating: $0, count: part.shape[0]) }
        ?? quantization.scales
    }
    self.init(scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count))
  }
}

extension Graph {
  /// What a step stands for on integers; nil on floats, and for what no cell is on integers.
  fileprivate var integerStep: IntegerStep? {
    guard inputs.count == 2, values[inputs[1]].quantization != nil else { return nil }
    return IntegerStep(
      input: values[inputs[0]].type, state: values[inputs[1]].type,
      values: scaledStepValues.map { values[$0].type })
  }

  /// The same graph without names, each operator behind those it needs, in the order of operands.
  ///
  /// Graphs that differ in nothing but the order of independent operators become equal.
  fileprivate func nameless() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    var isCopied = [Bool](repeating: false, count: nodes.count)
    for output in outputs {
      // Nodes to copy; the last waits for its operands.
      var pending = rewriter.producers[output].map { [$0] } ?? []
      while let last = pending.last {
        let node = nodes[last]
        let missing = node.inputs.compactMap { rewriter.producers[$0] }.first { !isCopied[$0] }
        if let missing {
          pending.append(missing)
          continue
        }
        pending.removeLast()
        if isCopied[last] { continue }
        isCopied[last] = true
        try rewriter.copy(node)
      }
    }
    var result = try rewriter.finish()
    for value in result.values.indices { result.rename(value, to: "") }
    return result
  }

  /// The bound on an LSTM's cell in its step graph; 0 for none.
  ///
  /// It is the operand of the only maximum of a minimum; activations that have such a pair too are
  /// told apart by comparing the whole graph.
  fileprivate var clip: Float {
    for node in nodes.reversed() {
      guard case .binary(let binary) = node.operation, binary.function == .maximum,
        let lower = values[node.inputs[1]].constant?.floats, lower.count == 1, lower[0] < 0
      else { continue }
      return -lower[0]
    }
    return 0
  }

  /// Operators with their constant operands, without regard to what else they take.
  fileprivate var signature: [StepSignature] {
    nodes.map { node in
      StepSignature(
        operation: node.operation,
        constants: node.inputs.map { values[$0].constant })
    }
  }
}

/// What an operator does, wherever its operands come from.
private struct StepSignature: Equatable {
  let operation: Operator
  let constants: [Tensor?]
}

extension Activation {
  /// Activations whose operators occur in a graph one after the other.
  fileprivate static func candidates(in graph: Graph) -> [Activation] {
    let steps = graph.signature
    var numbers: [Float] = []
    for value in graph.values {
      guard let floats = value.constant?.floats, floats.count == 1, value.constant?.shape.rank == 0,
        !numbers.contains(floats[0]), numbers.count < 8
      else { continue }
      numbers.append(floats[0])
    }
    for node in graph.nodes {
      if case .unary(let unary) = node.operation, case .leakyReLU(let slope) = unary.function,
        !numbers.contains(slope), numbers.count < 8
      {
        numbers.append(slope)
      }
    }
    var result: [Activation] = []
    for activation in plainCases + parametricCases(numbers) where activation.occurs(in: steps) {
      result.append(activation)
    }
    return result
  }

  private static var plainCases: [Activation] {
    [
      .tanh, .sigmoid, .linear, .relu, .relu6, .hardSigmoidKeras2, .hardSigmoid, .softsign,
      .softplus, .elu(alpha: 1), .selu, .silu, .hardSilu, .gelu(approximate: false),
      .gelu(approximate: true), .mish, .exponential, .celu(alpha: 1), .logSigmoid, .hardTanh,
      .tanhShrink, .sparsePlus, .sparseSigmoid,
    ]
  }

  private static func parametricCases(_ numbers: [Float]) -> [Activation] {
    var result: [Activation] = []
    for number in numbers {
      result += [
        .leakyReLU(slope: number), .elu(alpha: number), .celu(alpha: number),
        .softShrink(threshold: number), .hardShrink(threshold: number), .squareplus(b: number),
        .thresholded(theta: number),
      ]
    }
    for maximum in [nil] + numbers.map({ Optional($0) }) {
      for threshold in [0] + numbers {
        for slope in [0] + numbers {
          let rectified = Activation.rectified(
            maximum: maximum, threshold: threshold, slope: slope)
          if rectified.plain == rectified { result.append(rectified) }
        }
      }
    }
    return result
  }

  private func occurs(in steps: [StepSignature]) -> Bool {
    var graph = Graph()
    let x = graph.addInput(name: "", shape: .scalar)
    do throws(GraphError) {
      try graph.addOutput(try graph.add(activation: self, to: x, name: ""))
      graph = try graph.nameless()
    } catch {
      return false
    }
    // All its operators need x, and nothing else does that is not one of them: they are neighbours
    // in the step as well.
    let own = graph.signature
    guard own.count <= steps.count else { return false }
    for start in 0...(steps.count - own.count)
    where Array(steps[start..<(start + own.count)]) == own {
      return true
    }
    return false
  }
}
