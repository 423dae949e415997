// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// How a product of operand and weights is computed.
enum Product: Hashable {
  case floats
  /// int8 with int32 sums.
  case int8
  /// int16 with int8 weights, and sums as wide as the bias: 64 bits, or 32.
  case int16(hasShortBias: Bool)
  /// Floats with int8 weights: the operand is quantized when the model runs.
  case hybrid(isPerChannel: Bool)

  /// - Throws: ``ConvertError`` when operand, weights, bias and result do not go with each other.
  init(_ weights: Tensor, _ bias: Tensor?, _ operation: String, at site: Site)
    throws(ConvertError)
  {
    let (input, output) = (site.inputType.elementType, site.outputType.elementType)
    let offset = bias?.elementType
    let isFloat = input == .float32 || input == .float16
    switch weights.elementType {
    case .float32, .float16:
      guard isFloat, output == .float32, offset == nil || offset == .float32 || offset == .float16
      else { throw Product.mismatch(weights, bias, operation, at: site) }
      self = .floats
      return
    case .int8 where isFloat && output == .float32:
      guard offset == nil || offset == .float32 || offset == .float16 else {
        throw Product.mismatch(weights, bias, operation, at: site)
      }
      self = .hybrid(isPerChannel: (weights.quantization?.scales.count ?? 0) > 1)
    case .int8 where input == .int8 && output == .int8 && (offset == nil || offset == .int32):
      self = .int8
    case .int8 where input == .int16 && output == .int16 && offset != .float32:
      guard offset == nil || offset == .int32 || offset == .int64 else {
        throw Product.mismatch(weights, bias, operation, at: site)
      }
      self = .int16(hasShortBias: offset == .int32)
    default:
      throw Product.mismatch(weights, bias, operation, at: site)
    }
    try Product.requireScales(weights, operation, at: site)
    if let bias, offset == .int32 || offset == .int64 {
      try Product.requireScales(bias, operation, at: site)
    }
  }

  /// What `quantized_bias_type` says: nothing where kernels know anyway, which is 0.
  ///
  /// Beside int16 they take a bias for one of 64 bits unless they are told, whatever its tensor says.
  var biasTypeCode: Int8 { self == .int16(hasShortBias: true) ? 2 : 0 }

  private static func mismatch(
    _ weights: Tensor, _ bias: Tensor?, _ operation: String, at site: Site
  ) -> ConvertError {
    let offset = bias.map { " and a bias of \($0.elementType)" } ?? ""
    return site.unsupported(
      operation,
      "has no kernel for \(site.inputType.elementType) to \(site.outputType.elementType) with "
        + "weights of \(weights.elementType)\(offset)")
  }

  /// One scale, or one for each index of the first axis; around zero.
  private static func requireScales(_ tensor: Tensor, _ operation: String, at site: Site)
    throws(ConvertError)
  {
    guard let quantization = tensor.quantization, quantization.isSymmetric,
      quantization.scales.count == 1
        || (quantization.axis == 0 && quantization.scales.count == tensor.shape.extents.first)
    else {
      throw site.unsupported(
        operation,
        "needs integer weights and biases around zero with one scale, or one for each channel")
    }
  }

  /// A bias that adds nothing, for kernels that insist on one.
  func zeros(for weights: Tensor, at site: Site) throws(ConvertError) -> Tensor {
    let count = weights.shape[0]
    let shape = try Shape(storing: [count], node: site.name)
    // Products of tiny scales must not vanish.
    let scales = (weights.quantization?.scales ?? []).map {
      max($0 * (site.inputType.quantization?.scale ?? 1), Float.leastNormalMagnitude)
    }
    let quantization = Quantization(
      scales: scales, zeroPoints: [Int64](repeating: 0, count: scales.count))
    return switch self {
    case .floats, .hybrid: Tensor(shape: shape, floats: [Float](repeating: 0, count: count))
    case .int8:
      Tensor(
        shape: shape, elements: .int32([Int32](repeating: 0, count: count)),
        quantization: quantization)
    case .int16:
      Tensor(
        shape: shape, elements: .int64([Int64](repeating: 0, count: count)),
        quantization: quantization)
    }
  }
}

extension Quantization {
  /// Finite scales above 0, all zero points 0.
  var isSymmetric: Bool {
    scales.count == zeroPoints.count && !scales.isEmpty
      && scales.allSatisfy { $0.isFinite && $0 > 0 } && zeroPoints.allSatisfy { $0 == 0 }
  }
}
