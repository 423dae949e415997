// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// An LSTM on int8, after the product of its inputs.
struct IntegerLSTMStep: BitwiseCopyable {
  /// The inputs' share, int16 `[time × 4·units]`.
  let x: Int
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let scales: WeightPlace
  let scratch: Int
  let shape: msk_integer_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_s8_lstm(
      c.isa, c.int8Result(y), UnsafePointer(c.int16Result(x)), c.int8Table(weights),
      c.packed(bias).assumingMemoryBound(to: Int32.self),
      c.packed(scales).assumingMemoryBound(to: msk_scale.self), c.rawResult(scratch), shape)
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ batch: msk_batch) {
    unsafe msk_s8_lstm_batch(
      c.isa, c.int8Result(y), UnsafePointer(c.int16Result(x)), c.int8Table(weights),
      c.packed(bias).assumingMemoryBound(to: Int32.self),
      c.packed(scales).assumingMemoryBound(to: msk_scale.self), c.rawResult(scratch), shape, batch)
  }
}

extension LSTM {
  func lowerIntegers(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (x, y) = try job.integers()
    guard x.element == .s8 else { throw job.refusal }
    guard let integerState else {
      throw .quantization(
        node: job.name, role: "state", expected: "scales of state and cell", found: "none")
    }
    guard activation == .tanh, recurrentActivation == .sigmoid else {
      throw .quantization(
        node: job.name, role: "activations", expected: "tanh and sigmoid", found: "others")
    }
    let state = try IntegerType(
      ValueType(.int8, integerState.state), node: job.name, role: "state")
    let hidden = try IntegerType(
      ValueType(.int8, integerState.hidden), node: job.name, role: "hidden")
    // The result is a raw copy of h, whatever the result's own scale says.
    _ = y
    let cellBits = try cellBits(integerState.cellScale, job)

    let columns = 4 * units
    let (time, features) = (job.shapes[0][1], inputWeights.shape[1])
    let inputs = try share(of: inputWeights, bias: bias, x, role: "input weights", job, &planner)
    let target = try planner.scratch(elements: time, columns, size: 2, job: job)
    planner.emit(
      .integerProduct(
        IntegerProductStep(
          x: try planner.operand(0, of: job), y: target, weights: inputs.weights,
          bias: inputs.bias, scales: inputs.scales,
          shape: msk_integer_gemm(
            rows: time, columns: columns, segments: 1, length: features, x_stride: features,
            y_stride: columns, x: .s8,
            y: msk_integer_result(
              type: .s16, scaling: .fixed, wide: false, zero: 0, low: -32768, high: 32767)))))
    let recurrent = try share(
      of: recurrentWeights, bias: nil, state, role: "recurrent weights", job, &planner)
    let product = Float(0x1p-15 / Double(hidden.scale) * 0x1p-15)
    planner.emit(
      .integerLSTM(
        IntegerLSTMStep(
          x: target, y: planner.result(of: job), weights: recurrent.weights,
          bias: recurrent.bias, scales: recurrent.scales,
          scratch: try planner.scratch(elements: units, size: 28, job: job),
          shape: msk_integer_recurrent(
            time: time, units: units, sequence: returnsSequence, state_zero: state.zero,
            cell_bits: cellBits, cell_clip: cellClipSteps(integerState.cellScale),
            hidden: try planner.scale(Double(product), of: "hidden", job),
            hidden_zero: hidden.zero))))
  }

  /// Integer bits of the cell: its scale is a power of two.
  private func cellBits(_ scale: Float, _ job: Job) throws(PlanError) -> Int32 {
    guard scale.isFinite, scale >= 0x1p-15, scale <= 0x1p-9, scale.significand == 1 else {
      throw .quantization(
        node: job.name, role: "cell", expected: "a power of two from 2^-15 to 2^-9 as its scale",
        found: "another scale")
    }
    return Int32(15 + scale.exponent)
  }

  private func cellClipSteps(_ scale: Float) -> Int32 {
    cellClip > 0 ? Int32(min(cellClip / scale, 32767)) : 0
  }

  /// The product with x or h: gates with 12 fractional bits.
  private func share(
    of tensor: Tensor, bias: Tensor?, _ x: IntegerType, role: String, _ job: Job,
    _ planner: inout Planner
  ) throws(PlanError) -> (weights: WeightPlace, bias: WeightPlace, scales: WeightPlace) {
    let columns = 4 * units
    let checked = try IntegerWeights(tensor, rows: columns, scaleCounts: [4], role: role, job)
    var sums = [Int32](repeating: 0, count: columns)
    if let bias {
      guard case .int32(let values) = bias.elements else {
        throw .elementType(node: job.name, role: "bias", bias.elementType)
      }
      sums = values
    }
    var scales: [msk_scale] = []
    scales.reserveCapacity(columns)
    let excess = planner.excess(of: x)
    for column in 0..<columns {
      sums[column] &-= excess &* checked.sum(of: column)
      let multiplier = Double(checked.scale(of: column) * x.scale) / 0x1p-12
      scales.append(try planner.scale(multiplier, of: role, job))
    }
    return (
      try planner.packed(checked, operand: .s8, segments: 1, length: checked.depth, job).place,
      try planner.table(sums, of: job.name), try planner.table(scales, of: job.name)
    )
  }
}
