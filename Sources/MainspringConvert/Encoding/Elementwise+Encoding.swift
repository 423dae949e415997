// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Unary {
  /// The operator of the same name.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    let (code, options) = record
    encoder.emit(code, [site.input], to: [site.output], options)
  }

  private var record: (BuiltinOperator, OptionsRecord) {
    switch function {
    case .relu: (.relu, .none)
    case .relu6: (.relu6, .none)
    case .reluN1To1: (.reluN1To1, .none)
    case .tanh: (.tanh, .none)
    case .logistic: (.logistic, .none)
    case .elu: (.elu, .none)
    case .exp: (.exp, .none)
    case .log: (.log, .none)
    case .abs: (.abs, .none)
    case .negate: (.neg, .none)
    case .square: (.square, .none)
    case .squareRoot: (.sqrt, .none)
    case .reciprocalSquareRoot: (.rsqrt, .none)
    case .hardSwish: (.hardSwish, .none)
    case .leakyReLU(let slope): (.leakyRelu, .compact(75, .init(0, .float(slope))))
    case .gelu(let approximate): (.gelu, .compact(116, .init(0, .bool(approximate))))
    }
  }
}

extension Binary {
  /// The operator of the same name; those without a fused activation are followed by one.
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    let isWide = site.inputShapes[0] != site.inputShapes[1] && site.outputShape.rank > 4
    let operation = record(broadcastsWide: isWide)
    if let options = operation.options {
      encoder.emit(
        operation.code, version: operation.version, site.inputs, to: [site.output], options)
    } else if let clamp = activation.unary {
      let unclamped = encoder.addTensor(
        name: "\(site.name)/unclamped", extents: site.outputShape.extents)
      encoder.emit(operation.code, version: operation.version, site.inputs, to: [unclamped])
      clamp.encode(at: site.reading(unclamped, shape: site.outputShape), into: &encoder)
    } else {
      encoder.emit(operation.code, version: operation.version, site.inputs, to: [site.output])
    }
  }

  private func record(broadcastsWide isWide: Bool)
    -> (code: BuiltinOperator, version: Int32, options: OptionsRecord?)
  {
    switch function {
    case .add: (.add, 1, .activation(11, activation))
    case .subtract: (.sub, isWide ? 3 : 1, .activation(28, activation))
    case .multiply: (.mul, 1, .activation(21, activation))
    case .divide: (.div, isWide ? 2 : 1, .activation(29, activation))
    case .maximum: (.maximum, isWide ? 3 : 1, nil)
    case .minimum: (.minimum, isWide ? 3 : 1, nil)
    case .squaredDifference: (.squaredDifference, 1, nil)
    }
  }
}

extension Compare {
  /// LESS, LESS_EQUAL, GREATER or GREATER_EQUAL
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    let code: BuiltinOperator =
      switch condition {
      case .less: .less
      case .lessOrEqual: .lessEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterEqual
      }
    encoder.emit(code, site.inputs, to: [site.output])
  }
}

extension Select {
  /// SELECT_V2, which broadcasts
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.emit(.selectV2, site.inputs, to: [site.output])
  }
}

extension ParametricReLU {
  /// PRELU
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let slope = try encoder.weights(self.slope, name: "\(site.name)/slope")
    encoder.emit(.prelu, [site.input, slope], to: [site.output])
  }
}

extension ScaleShift {
  /// MUL, then ADD
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let scale = try encoder.weights(self.scale, name: "\(site.name)/scale")
    let shift = try encoder.weights(self.shift, name: "\(site.name)/shift")
    let scaled = encoder.addTensor(name: "\(site.name)/scaled", extents: site.inputShape.extents)
    encoder.emit(.mul, [site.input, scale], to: [scaled], .activation(21, .none))
    encoder.emit(.add, [scaled, shift], to: [site.output], .activation(11, .none))
  }
}

extension Softmax {
  /// SOFTMAX; the schema's default stands for no beta, not for 0.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    guard beta.isFinite, beta != 0 else {
      throw .unsupported(
        node: site.name, operation: "Softmax", reason: "needs a finite beta other than 0")
    }
    encoder.emit(.softmax, [site.input], to: [site.output], .compact(9, .init(0, .float(beta))))
  }
}

extension LogSoftmax {
  /// LOG_SOFTMAX
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.emit(.logSoftmax, [site.input], to: [site.output])
  }
}
