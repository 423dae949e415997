// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What a setting `activation` names: a function of each element, or one of a whole row.
enum LayerActivation: Hashable {
  case elementwise(Activation)
  case softmax(axis: Int)
  case logSoftmax

  /// By the name Keras saves; nil for one no generation has.
  init?(name: String, generation: KerasGeneration) {
    switch name {
    case "softmax": self = .softmax(axis: -1)
    case "log_softmax": self = .logSoftmax
    case "hard_sigmoid":
      self = .elementwise(generation < .three ? .hardSigmoidKeras2 : .hardSigmoid)
    default:
      guard let activation = LayerActivation.named[name] else { return nil }
      self = .elementwise(activation)
    }
  }

  private static let named: [String: Activation] = [
    "linear": .linear, "relu": .relu, "relu6": .relu6, "tanh": .tanh, "sigmoid": .sigmoid,
    "softsign": .softsign, "softplus": .softplus, "elu": .elu(alpha: 1), "selu": .selu,
    "swish": .silu, "silu": .silu, "hard_silu": .hardSilu, "hard_swish": .hardSilu,
    "gelu": .gelu(approximate: false), "mish": .mish, "exponential": .exponential,
    "leaky_relu": .leakyReLU(slope: 0.2), "celu": .celu(alpha: 1), "log_sigmoid": .logSigmoid,
    "hard_tanh": .hardTanh, "tanh_shrink": .tanhShrink, "soft_shrink": .softShrink(threshold: 0.5),
    "hard_shrink": .hardShrink(threshold: 0.5), "squareplus": .squareplus(b: 4),
    "sparse_plus": .sparsePlus, "sparse_sigmoid": .sparseSigmoid,
  ]
}

extension LayerConfig {
  /// The activation a setting holds: a name, a layer such as `LeakyReLU`, or nothing.
  ///
  /// - Throws: ``KerasError`` for code, custom functions and unknown names.
  func activation(_ key: String, default fallback: String, _ generation: KerasGeneration)
    throws(KerasError) -> LayerActivation
  {
    guard let value = value(key) else { return try named(fallback, key, generation) }
    if let name = value.string { return try named(name, key, generation) }
    guard let kind = value["class_name"]?.string, let config = value["config"] else {
      throw .unsupportedLayer(layer: path, kind: "code in '\(key)'")
    }
    if let name = config.string, kind == "function" { return try named(name, key, generation) }
    let inner = LayerConfig(
      kind: kind, name: name, path: path, settings: config.object ?? JSON.Object(),
      isOperation: false, isTrainable: true, buildShape: nil, model: nil)
    guard let activation = try inner.layerActivation(generation) else {
      throw .unsupportedLayer(layer: path, kind: "\(kind) as '\(key)'")
    }
    return activation
  }

  /// The activation of a recurrent cell: a function of each element.
  func elementwise(_ key: String, default fallback: String, _ generation: KerasGeneration)
    throws(KerasError) -> Activation
  {
    guard case .elementwise(let activation) = try activation(key, default: fallback, generation)
    else { throw failure(key, "a function of each element", value(key)) }
    return activation
  }

  private func named(_ name: String, _ key: String, _ generation: KerasGeneration)
    throws(KerasError) -> LayerActivation
  {
    guard let activation = LayerActivation(name: name, generation: generation) else {
      throw .unsupportedLayer(layer: path, kind: "the activation '\(name)'")
    }
    return activation
  }

  /// What a layer without weights that is nothing but an activation computes; nil for others.
  func layerActivation(_ generation: KerasGeneration) throws(KerasError) -> LayerActivation? {
    switch kind {
    case "Activation": return try activation("activation", default: "linear", generation)
    case "ReLU": return .elementwise(try rectifier())
    case "LeakyReLU":
      let slope = value(["negative_slope", "alpha"])
      let number = try slope.map { (value) throws(KerasError) in try finite(value, "alpha") }
      return .elementwise(.leakyReLU(slope: number ?? 0.3))
    case "ELU": return .elementwise(.elu(alpha: try number("alpha", default: 1)))
    case "ThresholdedReLU":
      return .elementwise(.thresholded(theta: try number("theta", default: 1)))
    case "Softmax":
      let axes = try integers("axis") ?? [-1]
      guard axes.count == 1 else { throw failure("axis", "one axis", value("axis")) }
      return .softmax(axis: axes[0])
    default: return nil
    }
  }

  private func rectifier() throws(KerasError) -> Activation {
    let maximum = try value("max_value").map { (value) throws(KerasError) in
      try finite(value, "max_value")
    }
    let threshold = try number("threshold", default: 0)
    let slope = try number("negative_slope", default: 0)
    switch (maximum, threshold, slope) {
    case (nil, 0, 0): return .relu
    case (6, 0, 0): return .relu6
    case (nil, 0, _): return .leakyReLU(slope: slope)
    default: return .rectified(maximum: maximum, threshold: threshold, slope: slope)
    }
  }
}
