// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A convolution of integers, in the shape of ``ConvolutionStep``.
struct IntegerConvolutionStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let scales: WeightPlace
  let offsets: WeightPlace
  let batch: Int
  let height: Int
  let groups: Int
  /// Elements between images, and between the rows that rows of the result start from.
  let imageStride: Int
  let rowStride: Int
  let groupChannels: Int
  /// Bytes of the weights of one group.
  let groupWeights: Int
  /// Bytes of an element of x, of y, and of what each column has in the tables.
  let elementSize: Int
  let resultSize: Int
  let biasSize: Int
  let epilogue: IntegerEpilogue
  /// One group of one row of the result.
  let shape: msk_integer_gemm

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    for image in 0..<batch {
      for row in 0..<height {
        let from = unsafe c.rawOperand(x) + (image * imageStride + row * rowStride) * elementSize
        let first = (image * height + row) * epilogue.rows(of: shape.rows) * shape.y_stride
        unsafe run(c, c.rawResult(y) + first * resultSize, from, shape)
      }
    }
  }

  /// All groups of one row of the result.
  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer, _ shape: msk_integer_gemm
  ) {
    for group in 0..<groups {
      let column = group * shape.columns
      let to = unsafe y + column * resultSize
      let from = unsafe x + group * groupChannels * elementSize
      let weights = unsafe c.int8Table(weights) + group * groupWeights
      let (bias, scales) = unsafe (
        c.packed(bias) + column * biasSize, c.packed(scales) + column * 8
      )
      if epilogue.isNone {
        unsafe msk_int_gemm(c.isa, to, from, weights, bias, scales, c.offsets(offsets), shape)
      } else {
        unsafe msk_int_gemm_pooled(
          c.isa, to.assumingMemoryBound(to: Int8.self), from.assumingMemoryBound(to: Int8.self),
          weights, bias.assumingMemoryBound(to: Int32.self),
          scales.assumingMemoryBound(to: msk_scale.self), c.offsets(offsets), shape,
          epilogue.columns(c, from: column))
      }
    }
  }
}

/// A convolution of integers of each channel by itself.
struct IntegerDepthwiseStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let scales: WeightPlace
  let batch: Int
  /// Bytes between images.
  let imageStride: Int
  let resultStride: Int
  let shape: msk_integer_depthwise

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    for image in 0..<batch {
      unsafe run(
        c, c.rawResult(y) + image * resultStride, c.rawOperand(x) + image * imageStride, shape)
    }
  }

  /// One image.
  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutableRawPointer, _ x: UnsafeRawPointer,
    _ shape: msk_integer_depthwise
  ) {
    unsafe msk_int_depthwise(
      c.isa, y, x, c.int8Table(weights), c.packed(bias), c.packed(scales), shape)
  }
}

extension Convolution {
  func lowerIntegers(
    _ job: Job, _ height: WindowAxis, _ width: WindowAxis, _ planner: inout Planner
  ) throws(PlanError) {
    let (x, y) = try job.integers()
    let checked = try IntegerWeights(weights, rows: filters, scaleCounts: [1, filters], job)
    let scaling = try planner.scaling(
      of: checked, bias: bias, activation: activation, x, y, real: false,
      excess: isDepthwise ? x.zero : planner.excess(of: x), job)
    let image = try planner.bordered(
      job, try planner.operand(0, of: job), height: height, width: width,
      channelRepeats: channelRepeats, elementSize: x.element.byteCount,
      border: x.element.bits(of: x.zero))
    if isDepthwise {
      let shape = depthwiseShape(job, image, x.element, scaling.result)
      planner.emit(
        .integerDepthwise(
          IntegerDepthwiseStep(
            x: image.place, y: planner.result(of: job),
            weights: try packedTaps(job, &planner), bias: scaling.bias, scales: scaling.scales,
            batch: job.shape[0], imageStride: image.imageStride * x.element.byteCount,
            resultStride: shape.height * shape.width * shape.channels * y.element.byteCount,
            shape: shape)))
      return
    }
    let columns = filters / groups
    let epilogue = try IntegerEpilogue(job.epilogue, y, &planner)
    let runs = runs(depth: checked.depth, image)
    let packed = try planner.packed(
      checked, operand: x.element, groups: groups, segments: runs.offsets.count,
      length: runs.length, job)
    planner.emit(
      .integerConvolution(
        IntegerConvolutionStep(
          x: image.place, y: planner.result(of: job),
          weights: packed.place, bias: scaling.bias, scales: scaling.scales,
          offsets: try planner.offsets(runs.offsets, of: job.name), batch: job.shape[0],
          height: job.shape[1], groups: groups, imageStride: image.imageStride,
          rowStride: stride.height * image.rowStride, groupChannels: weights.shape[3],
          groupWeights: packed.groupByteCount, elementSize: x.element.byteCount,
          resultSize: y.element.byteCount,
          biasSize: scaling.result.wide ? 8 : 4, epilogue: epilogue,
          shape: msk_integer_gemm(
            rows: job.epilogue.map { 2 * $0.width } ?? job.shape[2], columns: columns,
            segments: runs.offsets.count, length: runs.length,
            x_stride: stride.width * image.channels, y_stride: filters,
            x: x.element, y: scaling.result))))
  }

  /// Weights of a depthwise convolution, channels innermost.
  func packedTaps(_ job: Job, _ planner: inout Planner) throws(PlanError) -> WeightPlace {
    let taps = size.height * size.width
    return try planner.packed(
      weights,
      Packing(rowCount: filters, rowStride: taps, columns: filters, depth: taps, width: filters),
      of: job.name)
  }

  func depthwiseShape(
    _ job: Job, _ image: BorderedImage, _ element: msk_integer, _ result: msk_integer_result
  ) -> msk_integer_depthwise {
    msk_integer_depthwise(
      height: job.shape[1], width: job.shape[2], channels: filters,
      kernel_height: size.height, kernel_width: size.width,
      stride_y: stride.height * image.rowStride, stride_x: stride.width * image.channels,
      step_y: dilation.height * image.rowStride, step_x: dilation.width * image.channels,
      x: element, y: result)
  }
}
