// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// How sums of products of integers become a result: places of biases and scales, and the clamp.
struct ProductScaling {
  let bias: WeightPlace
  let scales: WeightPlace
  let result: msk_integer_result
}

/// Weights of int8 and their scales, checked.
struct IntegerWeights {
  let tensor: Tensor
  let values: [Int8]
  /// One for each row, or one for all.
  let scales: [Float]
  let rows: Int

  var depth: Int { rows == 0 ? 0 : values.count / rows }

  /// Sums of products stay within 32 bits up to this depth.
  static let depthLimit: Int = 1 << 16

  /// - Parameter scaleCounts: how many scales there may be.
  /// - Throws: `PlanError` when the weights are not int8 around zero, their scales are none, or the
  ///   sums could be too large.
  init(
    _ tensor: Tensor, rows: Int, scaleCounts: [Int], role: String = "weights", _ job: Job
  ) throws(PlanError) {
    guard case .int8(let values) = tensor.elements else {
      throw .elementType(node: job.name, role: role, tensor.elementType)
    }
    guard let quantization = tensor.quantization else {
      throw .quantization(
        node: job.name, role: role, expected: "a scale", found: "none")
    }
    let scales = quantization.scales
    let zeros = quantization.zeroPoints
    guard scaleCounts.contains(scales.count), zeros.count == scales.count,
      quantization.axis == 0 || scales.count == 1
    else {
      throw .quantization(
        node: job.name, role: role,
        expected: "\(scaleCounts[scaleCounts.count - 1]) scales and zero points on axis 0",
        found: "\(scales.count) and \(zeros.count) on axis \(quantization.axis)")
    }
    for scale in scales { try PlanError.requireScale(scale, node: job.name, role: role) }
    guard zeros.allSatisfy({ $0 == 0 }) else {
      throw .quantization(
        node: job.name, role: role, expected: "zero point 0", found: "another")
    }
    self.tensor = tensor
    self.values = values
    self.scales = scales
    self.rows = rows
    guard depth <= IntegerWeights.depthLimit else {
      throw .quantization(
        node: job.name, role: role,
        expected: "at most \(IntegerWeights.depthLimit) products in a sum", found: "\(depth)")
    }
  }

  /// The scale of a row.
  func scale(of row: Int) -> Float {
    scales.count == 1 ? scales[0] : scales[row / (rows / scales.count)]
  }

  /// Σ of a row's weights.
  func sum(of row: Int) -> Int32 {
    var sum: Int32 = 0
    for index in row * depth..<(row + 1) * depth { sum &+= Int32(values[index]) }
    return sum
  }
}

extension Planner {
  /// What becomes of the sums of a dense layer or a convolution.
  ///
  /// - Parameter excess: what is too much in every operand, and taken out through the bias.
  mutating func scaling(
    of weights: IntegerWeights, bias: Tensor?, activation: FusedActivation, _ x: IntegerType,
    _ y: IntegerType, real: Bool, excess: Int32, _ job: Job
  ) throws(PlanError) -> ProductScaling {
    let (place, wide) = try sums(of: weights, bias: bias, x, excess: excess, job)
    var multipliers: [Double] = []
    multipliers.reserveCapacity(weights.rows)
    for row in 0..<weights.rows {
      multipliers.append(
        Double(x.scale) * Double(weights.scale(of: row)) / Double(y.scale))
    }
    let (low, high) = activation.bounds(of: y)
    let scales: WeightPlace
    if real {
      scales = try table(multipliers, of: job.name)
    } else {
      var fixed: [msk_scale] = []
      fixed.reserveCapacity(weights.rows)
      for multiplier in multipliers {
        fixed.append(
          try scale(multiplier, of: "weights", below: wide ? 0x1p7 : 0x1p30, job))
      }
      scales = try table(fixed, of: job.name)
    }
    return ProductScaling(
      bias: place, scales: scales,
      result: msk_integer_result(
        type: y.element, scaling: real ? .real : .fixed, wide: wide, zero: y.zero, low: low,
        high: high))
  }

  /// What sums start from, and whether they have 64 bits.
  private mutating func sums(
    of weights: IntegerWeights, bias: Tensor?, _ x: IntegerType, excess: Int32, _ job: Job
  ) throws(PlanError) -> (place: WeightPlace, wide: Bool) {
    switch bias?.elements {
    case .int64(let values) where x.element == .s16:
      return (try table(values, of: job.name), true)
    case nil where x.element == .s16:
      return (try table([Int64](repeating: 0, count: weights.rows), of: job.name), true)
    case .int32(let values):
      return (try table(folded(values, weights, excess), of: job.name), false)
    case nil:
      let zeros = [Int32](repeating: 0, count: weights.rows)
      return (try table(folded(zeros, weights, excess), of: job.name), false)
    default:
      throw .elementType(node: job.name, role: "bias", bias?.elementType ?? .float32)
    }
  }

  private func folded(_ bias: [Int32], _ weights: IntegerWeights, _ excess: Int32) -> [Int32] {
    var result = bias
    if excess != 0 {
      for row in result.indices { result[row] &-= excess &* weights.sum(of: row) }
    }
    return result
  }

  /// What `msk_int_gemm` has too much in every operand: its zero point and the kernel's offset.
  func excess(of x: IntegerType) -> Int32 {
    x.zero + msk_int_offset(instructionSet.code, x.element)
  }

  /// Weights of int8 for `msk_int_gemm` and `msk_hybrid_product`.
  ///
  /// - Parameter order: the row of each column of all groups; rows in order by default.
  mutating func packed(
    _ weights: IntegerWeights, operand: msk_integer, order: [Int32]? = nil, groups: Int = 1,
    segments: Int, length: Int, _ job: Job
  ) throws(PlanError) -> (place: WeightPlace, groupByteCount: Int) {
    let columns = (order?.count ?? weights.rows) / groups
    let packing = IntegerPacking(
      isa: instructionSet.code, operand: operand, rows: order, groups: groups, columns: columns,
      segments: segments, length: length)
    return (try packed(weights.tensor, packing, of: job.name), packing.groupByteCount)
  }
}
