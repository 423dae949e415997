// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Unary {
  /// The operator of the same name.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let (code, options) = record
    let version = try site.version(versions, of: Operator.unary(self).name)
    encoder.emit(code, version: version, [site.input], to: [site.output], options)
  }

  private var versions: Versions {
    switch function {
    case .relu, .relu6, .tanh, .logistic, .abs, .reciprocalSquareRoot: Versions(int8: 2, int16: 3)
    case .exp, .log: Versions(int8: 2, int16: 2)
    case .leakyReLU: Versions(int8: 1, int16: 2)
    case .gelu, .squareRoot: Versions(int8: 2, int16: nil)
    case .reluN1To1, .elu, .hardSwish: Versions(int8: 1, int16: nil)
    case .negate, .square: Versions(int8: nil, int16: nil)
    }
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
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let isWide = site.inputShapes[0] != site.inputShapes[1] && site.outputShape.rank > 4
    let operation = record(at: site)
    let versions = versions(broadcastsWide: isWide, at: site)
    let version = try site.version(versions, of: Operator.binary(self).name)
    if let options = operation.options {
      encoder.emit(operation.code, version: version, site.inputs, to: [site.output], options)
    } else if let clamp = activation.unary {
      let unclamped = encoder.addTensor(
        name: "\(site.name)/unclamped", extents: site.outputShape.extents, type: site.outputType)
      encoder.emit(operation.code, version: version, site.inputs, to: [unclamped])
      try clamp.encode(at: site.reading(unclamped), into: &encoder)
    } else {
      encoder.emit(operation.code, version: version, site.inputs, to: [site.output])
    }
  }

  private func record(at site: Site) -> (code: BuiltinOperator, options: OptionsRecord?) {
    switch function {
    case .add: (.add, .sum(11, activation, of: site.outputType))
    case .subtract: (.sub, .sum(28, activation, of: site.outputType))
    case .multiply: (.mul, .activation(21, activation))
    case .divide: (.div, .activation(29, activation))
    case .maximum: (.maximum, nil)
    case .minimum: (.minimum, nil)
    case .squaredDifference: (.squaredDifference, nil)
    }
  }

  private func versions(broadcastsWide isWide: Bool, at site: Site) -> Versions {
    switch function {
    case .add: Versions(int8: 2, int16: 3)
    case .subtract: Versions(isWide ? 3 : 1, int8: isWide ? 3 : 2, int16: 5)
    case .multiply: Versions(int8: site.scalesUp ? 3 : 2, int16: 4)
    case .divide: Versions(isWide ? 2 : 1, int8: isWide ? 2 : 1, int16: nil)
    case .maximum, .minimum: Versions(isWide ? 3 : 1, int8: isWide ? 3 : 2, int16: 4)
    case .squaredDifference: Versions(int8: 2, int16: nil)
    }
  }
}

extension Site {
  /// The product of the operands' steps is no smaller than a step of the result.
  fileprivate var scalesUp: Bool {
    guard let a = inputTypes[0].quantization?.scale, let b = inputTypes[1].quantization?.scale,
      let result = outputType.quantization?.scale
    else { return false }
    return a * b / result >= 1
  }
}

extension Compare {
  /// LESS, LESS_EQUAL, GREATER or GREATER_EQUAL
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let code: BuiltinOperator =
      switch condition {
      case .less: .less
      case .lessOrEqual: .lessEqual
      case .greater: .greater
      case .greaterOrEqual: .greaterEqual
      }
    let has16 = condition == .less || condition == .greaterOrEqual
    let version = try site.version(
      Versions(int8: 2, int16: has16 ? 3 : nil), of: Operator.compare(self).name)
    encoder.emit(code, version: version, site.inputs, to: [site.output])
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
    let version = try site.version(Versions(int8: 1, int16: nil), of: "PReLU")
    guard self.slope.elementType.isFloat == !site.inputType.isInteger,
      self.slope.elementType.isFloat || self.slope.elementType == .int8,
      self.slope.elementType.isFloat || self.slope.type.hasOneScale
    else {
      throw site.unsupported(
        "PReLU",
        "cannot mix \(site.inputType.elementType) with a slope of \(self.slope.elementType) of this "
          + "scale")
    }
    let slope = try encoder.weights(self.slope, name: "\(site.name)/slope")
    encoder.emit(.prelu, version: version, [site.input, slope], to: [site.output])
  }
}

extension ScaleShift {
  /// MUL, then ADD
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    guard !site.inputType.isInteger else {
      throw site.unsupported(
        "ScaleShift", "of \(site.inputType.elementType) is written as a convolution")
    }
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
    let version = try site.version(Versions(int8: 2, int16: 3), of: "Softmax")
    encoder.emit(
      .softmax, version: version, [site.input], to: [site.output],
      .compact(9, .init(0, .float(beta))))
  }
}

extension LogSoftmax {
  /// LOG_SOFTMAX
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let version = try site.version(Versions(int8: 2, int16: nil), of: "LogSoftmax")
    encoder.emit(.logSoftmax, version: version, [site.input], to: [site.output])
  }
}

extension ElementType {
  var isFloat: Bool { self == .float32 || self == .float16 }
}
