// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Floats as int8 with scales and zero points of their own.
struct HybridQuantizeStep: BitwiseCopyable {
  let x: Operand
  let y: HybridRows
  let windows: msk_hybrid_windows

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_hybrid_quantize_windows(
      c.isa, c.int8Result(y.values), c.result(y.scales), c.int32Result(y.zeros), c.operand(x),
      windows)
  }
}

extension msk_hybrid_windows {
  /// Rows that follow each other.
  static func apart(rows: Int, length: Int, asymmetric: Bool) -> msk_hybrid_windows {
    msk_hybrid_windows(
      rows: rows, length: length, stride: length, before: 0, count: rows * length,
      asymmetric: asymmetric)
  }
}

/// Where rows of floats are as int8.
struct HybridRows: BitwiseCopyable {
  let values: Int
  let scales: Int
  let zeros: Int
}

/// Weights of int8 for products with them.
struct HybridWeights: BitwiseCopyable {
  let values: WeightPlace
  /// Bytes of one group.
  let groupByteCount: Int
  /// Of each column's weights.
  let sums: WeightPlace
  let scales: WeightPlace
}

/// A dense layer, or a convolution in the shape of ``ConvolutionStep``.
struct HybridProductStep: BitwiseCopyable {
  let x: HybridRows
  let y: Int
  let weights: HybridWeights
  let bias: WeightPlace
  let offsets: WeightPlace
  let batch: Int
  let height: Int
  let groups: Int
  let imageStride: Int
  let rowStride: Int
  let groupChannels: Int
  let shape: msk_hybrid_gemm

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let sums = unsafe c.packed(weights.sums).assumingMemoryBound(to: Int32.self)
    let scales = unsafe c.packed(weights.scales).assumingMemoryBound(to: Float.self)
    for image in 0..<batch {
      for row in 0..<height {
        let from = unsafe c.int8Result(x.values) + (image * imageStride + row * rowStride)
        let to = unsafe c.result(y) + (image * height + row) * shape.rows * shape.y_stride
        for group in 0..<groups {
          let first = group * shape.columns
          unsafe msk_hybrid_product(
            c.isa, to + first, from + group * groupChannels, c.result(x.scales) + image,
            c.int32Result(x.zeros) + image,
            c.int8Table(weights.values) + group * weights.groupByteCount,
            sums + first, scales + first, c.floats(bias, from: first), c.offsets(offsets), shape)
        }
      }
    }
  }
}

extension HybridProductStep {
  /// Whether rows of several windows are rows of one product.
  var sharesWeights: Bool {
    @_noAllocation @_noLocks get { batch * height * groups * shape.rows == 1 }
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ windows: msk_batch) {
    var shape = shape
    shape.rows = windows.count
    shape.x_stride = windows.stride * 4
    shape.y_stride = windows.stride
    shape.row_step = windows.stride
    unsafe msk_hybrid_product(
      c.isa, c.result(y), c.int8Result(x.values), c.result(x.scales), c.int32Result(x.zeros),
      c.int8Table(weights.values), c.packed(weights.sums).assumingMemoryBound(to: Int32.self),
      c.packed(weights.scales).assumingMemoryBound(to: Float.self), c.floats(bias),
      c.offsets(offsets), shape)
  }
}

struct HybridDepthwiseStep: BitwiseCopyable {
  let x: HybridRows
  let y: Int
  let weights: WeightPlace
  let scales: WeightPlace
  let bias: WeightPlace
  let batch: Int
  let imageStride: Int
  let shape: msk_hybrid_depthwise

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let count = shape.height * shape.width * shape.channels
    for image in 0..<batch {
      unsafe msk_hybrid_depthwise_product(
        c.result(y) + image * count, c.int8Result(x.values) + image * imageStride,
        c.result(x.scales)[image], c.int32Result(x.zeros)[image], c.int8Table(weights),
        c.packed(scales).assumingMemoryBound(to: Float.self), c.floats(bias), shape)
    }
  }
}

struct HybridLSTMStep: BitwiseCopyable {
  /// The inputs' share, `[time × 4·padded]`.
  let x: Int
  let y: Int
  let weights: HybridWeights
  let scratch: Int
  let activation: msk_function
  let gate: msk_function
  let clip: Float
  let isAsymmetric: Bool
  let shape: msk_recurrent

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    unsafe msk_hybrid_lstm(
      c.isa, c.result(y), c.operand(.arena(x)), c.int8Table(weights.values),
      c.packed(weights.sums).assumingMemoryBound(to: Int32.self),
      c.packed(weights.scales).assumingMemoryBound(to: Float.self), c.result(scratch), activation,
      gate, clip, isAsymmetric, shape)
  }

  @_noAllocation @_noLocks
  func run(_ c: Context, _ batch: msk_batch) {
    unsafe msk_hybrid_lstm_batch(
      c.isa, c.result(y), c.operand(.arena(x)), c.int8Table(weights.values),
      c.packed(weights.sums).assumingMemoryBound(to: Int32.self),
      c.packed(weights.scales).assumingMemoryBound(to: Float.self), c.result(scratch), activation,
      gate, clip, isAsymmetric, shape, batch)
  }
}

extension Planner {
  /// Quantizes rows of floats anew in each run.
  mutating func emitHybridRows(
    _ x: Operand, _ windows: msk_hybrid_windows, _ job: Job
  ) throws(PlanError) -> HybridRows {
    let place = HybridRows(
      values: try scratch(elements: windows.rows, windows.length, size: 1, job: job),
      scales: try scratch(windows.rows, job: job), zeros: try scratch(windows.rows, job: job))
    emit(.hybridQuantize(HybridQuantizeStep(x: x, y: place, windows: windows)))
    return place
  }

  /// Packs weights in the order of columns, rows by default; −1 is a column of zeros.
  mutating func hybrid(
    _ weights: IntegerWeights, order: [Int32]?, groups: Int = 1, segments: Int, length: Int,
    _ job: Job
  ) throws(PlanError) -> HybridWeights {
    var sums: [Int32] = []
    var scales: [Float] = []
    for column in 0..<(order?.count ?? weights.rows) {
      let row = order.map { Int($0[column]) } ?? column
      sums.append(row < 0 ? 0 : weights.sum(of: row))
      scales.append(row < 0 ? 0 : weights.scale(of: row))
    }
    let packed = try packed(
      weights, operand: .s8, order: order, groups: groups, segments: segments, length: length, job)
    return HybridWeights(
      values: packed.place, groupByteCount: packed.groupByteCount,
      sums: try table(sums, of: job.name), scales: try floats(scales, of: job.name))
  }
}
