// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// Settings without effect take their simplest value, and what TFLite expresses in one way only
  /// is expressed so.
  ///
  /// A bias of zeros is none (runtimes insist on one for some operators, TensorFlow drops it for
  /// others); a slice of one element has stride 1; a reduction of no axes is a reshape; operators
  /// whose options have no activation are followed by one; neighbouring axes only are reversed at
  /// once; the border of integers is one of them; how operands are quantized for int8 weights
  /// matters only where they are floats.
  func simplifyingSettings() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    for node in nodes {
      let output = shape(of: node.output)
      let input = node.inputs.first.map { values[$0].type } ?? .float32
      guard
        let simple = node.operation.simplified(
          input: input, result: values[node.output].type, output: output)
      else {
        try rewriter.copy(node)
        continue
      }
      var operands: [ValueID] = []
      for input in node.inputs { operands.append(rewriter.value(input)) }
      for step in simple {
        operands = [try rewriter.add(step.operation, operands, node, suffix: step.suffix)]
      }
      rewriter.replace(node, with: operands[0])
    }
    return try rewriter.finish()
  }
}

/// One of the operators that stand for another; the last has no suffix to its name.
private struct Step {
  let operation: Operator
  var suffix = ""
}

extension Operator {
  /// Nil when there is nothing to simplify.
  fileprivate func simplified(input: ValueType, result: ValueType, output: Shape) -> [Step]? {
    switch self {
    case .dense(var x):
      if x.bias?.isNoBias(for: input) == true { x.bias = nil }
      if x.weights.elementType != .int8 || input.quantization != nil { x.asymmetricInputs = false }
      return [Step(operation: .dense(x))]
    case .lstm(var x)
    where x.asymmetricInputs && (x.inputWeights.elementType != .int8 || input.quantization != nil):
      x.asymmetricInputs = false
      return [Step(operation: .lstm(x))]
    case .convolution(var x) where x.bias?.isNoBias(for: input) == true:
      x.bias = nil
      return [Step(operation: .convolution(x))]
    case .transposedConvolution(var x) where x.bias?.isNoBias(for: input) == true:
      x.bias = nil
      return [Step(operation: .transposedConvolution(x))]
    case .pad(var x):
      guard x.value != 0, let quantization = result.quantization else { return nil }
      x.value = quantization.nearest(to: x.value, of: result.elementType)
      return [Step(operation: .pad(x))]
    case .binary(var x) where !x.function.fusesActivation:
      guard let activation = x.activation.function else { return nil }
      x.activation = .none
      return [
        Step(operation: .binary(x), suffix: "/unclamped"),
        Step(operation: .unary(Unary(activation))),
      ]
    case .reduce(let x) where x.axes.isEmpty && input.quantization == result.quantization:
      return [Step(operation: .reshape(Reshape(to: output)))]
    case .slice(var x):
      for axis in x.count.indices where x.count[axis] <= 1 {
        x.stride[axis] = 1
        if x.count[axis] == 0 { x.begin[axis] = 0 }
      }
      return [Step(operation: .slice(x))]
    case .reverse(let x): return x.steps
    default: return nil
    }
  }
}

extension Reverse {
  /// One operator for each run of neighbouring axes; nil when there is one run at most.
  fileprivate var steps: [Step]? {
    let runs = runs
    guard runs.count > 1 else { return nil }
    return runs.indices.map { index in
      Step(
        operation: .reverse(Reverse(axes: runs[index])),
        suffix: index == runs.count - 1 ? "" : "/\(index)")
    }
  }
}

extension Tensor {
  /// Whether a bias adds nothing.
  ///
  /// Zeros of 32 bits on int16 stay: kernels round otherwise with a bias of this width.
  fileprivate func isNoBias(for input: ValueType) -> Bool {
    switch elements {
    case .int32(let values): input.elementType == .int8 && values.allSatisfy { $0 == 0 }
    case .int64(let values): input.elementType == .int16 && values.allSatisfy { $0 == 0 }
    default: isAllZero
    }
  }
}

extension Quantization {
  /// The number nearest to some other that an element of a type can stand for.
  ///
  /// - Precondition: one scale.
  fileprivate func nearest(to number: Float, of elementType: ElementType) -> Float {
    let range: ClosedRange<Float> = elementType == .int8 ? -128...127 : -32768...32767
    let zero = Float(zeroPoints[0])
    let steps = (number / scales[0]).rounded(.toNearestOrAwayFromZero) + zero
    let bounded = min(max(steps, range.lowerBound), range.upperBound)
    return scales[0] * (bounded - zero)
  }
}

extension FusedActivation {
  /// The same function as an operator of its own.
  var function: Unary.Function? {
    switch self {
    case .none: nil
    case .relu: .relu
    case .relu6: .relu6
    case .reluN1To1: .reluN1To1
    }
  }
}
