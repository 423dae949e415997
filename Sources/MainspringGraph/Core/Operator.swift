// SPDX-License-Identifier: Apache-2.0

/// Everything a graph can compute: a closed set, so that every switch is complete.
///
/// A payload holds an operator's settings and its weights; what flows between operators are the
/// values of the graph. Each payload lives in its own file under `Operators/` with its shape rule.
public enum Operator: Hashable, Sendable {
  case dense(Dense)
  case convolution(Convolution)
  case transposedConvolution(TransposedConvolution)
  case lstm(LSTM)
  case gru(GRU)
  case simpleRNN(SimpleRNN)
  case pool(Pool)
  case reduce(Reduce)
  case softmax(Softmax)
  case logSoftmax(LogSoftmax)
  case unary(Unary)
  case binary(Binary)
  case compare(Compare)
  case select(Select)
  case parametricReLU(ParametricReLU)
  case scaleShift(ScaleShift)
  case matMul(MatMul)
  case reshape(Reshape)
  case transpose(Transpose)
  case slice(Slice)
  case concatenate(Concatenate)
  case pad(Pad)
  case tile(Tile)
  case reverse(Reverse)
  case quantize(Quantize)
  case dequantize(Dequantize)
}

extension Operator {
  /// What every payload knows about itself, whichever it is.
  var payload: Facts {
    switch self {
    case .dense(let x): Facts(x.name, x.weightTensors)
    case .convolution(let x): Facts(x.name, x.weightTensors)
    case .transposedConvolution(let x): Facts(x.name, x.weightTensors)
    case .lstm(let x): Facts(x.name, x.weightTensors)
    case .gru(let x): Facts(x.name, x.weightTensors)
    case .simpleRNN(let x): Facts(x.name, x.weightTensors)
    case .parametricReLU(let x): Facts("PReLU", [x.slope])
    case .scaleShift(let x): Facts("ScaleShift", [x.scale, x.shift])
    case .pool(let x): Facts(x.name)
    case .reduce(let x): Facts(x.name)
    case .softmax: Facts("Softmax")
    case .logSoftmax: Facts("LogSoftmax")
    case .unary(let x): Facts(x.name)
    case .binary(let x): Facts(x.name)
    case .compare(let x): Facts(x.name)
    case .select: Facts("Select")
    case .matMul: Facts("MatMul")
    case .reshape: Facts("Reshape")
    case .transpose: Facts("Transpose")
    case .slice: Facts("Slice")
    case .concatenate: Facts("Concatenate")
    case .pad: Facts("Pad")
    case .tile: Facts("Tile")
    case .reverse: Facts("Reverse")
    case .quantize: Facts("Quantize")
    case .dequantize: Facts("Dequantize")
    }
  }

  struct Facts {
    let name: String
    let weights: [Tensor]
    init(_ name: String, _ weights: [Tensor] = []) {
      self.name = name
      self.weights = weights
    }
  }

  /// The operator's name for people: `Dense`, `Convolution`, `LSTM`, …
  public var name: String { payload.name }

  /// The constants that belong to the operator, in a fixed order.
  public var weights: [Tensor] { payload.weights }

  /// Number of weight elements.
  public var parameterCount: Int {
    var count = 0
    for tensor in weights { count += tensor.shape.elementCount }
    return count
  }

  /// What the result's elements are.
  public var outputType: ElementType {
    if case .compare = self { .bool } else { .float32 }
  }
}
