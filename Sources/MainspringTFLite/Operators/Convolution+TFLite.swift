// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// CONV_2D: x `[N,H,W,C]`, filter `[O,kh,kw,C/g]`, bias `[O]` or absent.
  mutating func decodeConvolution(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...3, options: 1)
    let fused = try fused(call, field: 3)
    let (weights, bias) = try product(call, 1, "the filter", channels: 0, bias: 2)
    let input = try shape(of: try operand(call, 0), call)
    guard weights.shape.rank == 4, weights.shape[3] > 0, input.rank == 4 else {
      throw .invalid(
        place: place(call), expected: "[N, H, W, C] and a filter [O, h, w, C]",
        found: "\(input) and \(weights.shape)")
    }
    // A remainder is refused by the operator's shape rule.
    let groups = max(input.channels / weights.shape[3], 1)
    let convolution = Convolution(
      weights: weights, bias: bias,
      stride: extent(call, height: 2, width: 1), dilation: extent(call, height: 5, width: 4, 1),
      padding: try padding(call, field: 0), groups: groups, activation: fused.clamp)
    try finish(.convolution(convolution), fused, call)
  }

  /// DEPTHWISE_CONV_2D: x `[N,H,W,C]`, filter `[1,kh,kw,C·m]`, bias `[C·m]` or absent.
  mutating func decodeDepthwiseConvolution(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 2...3, options: 2)
    let fused = try fused(call, field: 4)
    var (filter, bias) = try product(call, 1, "the filter", channels: 3, bias: 2)
    let input = try shape(of: try operand(call, 0), call)
    guard filter.shape.rank == 4, filter.shape[0] == 1, input.rank == 4, input.channels > 0,
      filter.shape[3] % input.channels == 0
    else {
      throw .invalid(
        place: place(call), expected: "[N, H, W, C] and a filter [1, h, w, C·m]",
        found: "\(input) and \(filter.shape)")
    }
    let scales = filter.quantization
    if try isHybrid(call, filter), scales?.scales.count != filter.shape[3] {
      // LiteRT would look for the others behind it.
      throw .unsupported(place: place(call), what: "floats with one scale for all int8 weights")
    }
    filter.quantization = nil
    guard
      var weights = try fold(
        .transpose(Transpose(permutation: [3, 1, 2, 0])),
        [.constant(Constant(filter, name: ""))], call)
    else { throw .invalid(place: place(call), expected: "a constant filter", found: "another") }
    // Channels come first now.
    weights.quantization = scales.map {
      Quantization(scales: $0.scales, zeroPoints: $0.zeroPoints)
    }
    let convolution = Convolution(
      weights: weights, bias: bias,
      stride: extent(call, height: 2, width: 1), dilation: extent(call, height: 6, width: 5, 1),
      padding: try padding(call, field: 0), groups: input.channels, activation: fused.clamp)
    try finish(.convolution(convolution), fused, call)
  }

  /// TRANSPOSE_CONV: result shape int32[4], filter `[O,kh,kw,I]`, x, bias or absent.
  mutating func decodeTransposedConvolution(_ call: Call) throws(TFLiteError) {
    try require(call, operands: 3...4, options: 49)
    let fused = try fused(call, field: 3)
    let result = try integers(call, 0, "the result's shape")
    guard result.count == 4 else {
      throw .invalid(
        place: place(call), expected: "a result shape of 4 extents", found: "\(result.count)")
    }
    let (weights, bias) = try product(call, 1, "the filter", channels: 0, bias: 3, operand: 2)
    let convolution = TransposedConvolution(
      weights: weights, bias: bias,
      stride: extent(call, height: 2, width: 1), padding: try padding(call, field: 0),
      outputSize: Extent2D(height: result[1], width: result[2]), activation: fused.clamp)
    try finish(.transposedConvolution(convolution), fused, call, operand: 2)
  }

  /// MAX_POOL_2D and AVERAGE_POOL_2D.
  mutating func decodePool(_ kind: Pool.Kind, _ call: Call) throws(TFLiteError) {
    try require(call, operands: 1...1, options: 5)
    let fused = try fused(call, field: 5)
    // LiteRT's tolerance.
    try requireSameScale(try operand(call, 0), tolerance: 1e-6, call)
    let pool = Pool(
      kind: kind, size: extent(call, height: 4, width: 3),
      stride: extent(call, height: 2, width: 1), padding: try padding(call, field: 0),
      activation: fused.clamp)
    try finish(.pool(pool), fused, call)
  }

  private mutating func finish(
    _ operation: Operator, _ fused: FusedFunction, _ call: Call, operand index: Int = 0
  ) throws(TFLiteError) {
    let result = try apply(operation, [try operand(call, index)], call)
    try define(call, as: try activate(result, FusedFunction(isTanh: fused.isTanh), call))
  }

  private func extent(_ call: Call, height: Int, width: Int, _ absent: Int32 = 0) -> Extent2D {
    Extent2D(
      height: Int(call.options.int(height, default: absent)),
      width: Int(call.options.int(width, default: absent)))
  }
}
