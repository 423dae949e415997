// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// A convolution as a matrix product for each row of the result, its left rows gathered by offset
/// from an input that has its borders.
struct ConvolutionStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  /// Bytes between the weights of neighbouring groups.
  let weightStride: Int
  let bias: WeightPlace
  /// Of an ``Epilogue``; none without one.
  let scale: WeightPlace
  let shift: WeightPlace
  let offsets: WeightPlace
  let batch: Int
  let height: Int
  let groups: Int
  /// Elements between images, and between the rows that rows of the result start from.
  let imageStride: Int
  let rowStride: Int
  /// Channels of the input in one group.
  let groupChannels: Int
  /// One group of one row of the result.
  let shape: msk_gemm

  /// Pairs of rows become one in an epilogue.
  private var resultRows: Int {
    @_noAllocation @_noLocks get { scale.isNone ? shape.rows : shape.rows / 2 }
  }

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    for image in 0..<batch {
      for row in 0..<height {
        let from = unsafe c.operand(x) + (image * imageStride + row * rowStride)
        let to = unsafe c.result(y) + (image * height + row) * resultRows * shape.y_stride
        unsafe run(c, to, from, shape)
      }
    }
  }

  /// All groups of one row of the result.
  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>, _ shape: msk_gemm
  ) {
    for group in 0..<groups {
      let first = group * shape.columns
      let weights = unsafe c.packed(weights) + group * weightStride
      if let scale = unsafe c.floats(scale, from: first),
        let shift = unsafe c.floats(shift, from: first)
      {
        unsafe msk_f32_gemm_pooled(
          c.isa, y + first, x + group * groupChannels, weights, c.floats(bias, from: first),
          c.offsets(offsets), scale, shift, shape)
      } else {
        unsafe msk_f32_gemm(
          c.isa, y + first, x + group * groupChannels, weights, c.floats(bias, from: first),
          c.offsets(offsets), shape)
      }
    }
  }
}

/// A convolution of each channel by itself.
struct DepthwiseStep: BitwiseCopyable {
  let x: Operand
  let y: Int
  let weights: WeightPlace
  let bias: WeightPlace
  let batch: Int
  let imageStride: Int
  let shape: msk_depthwise

  @_noAllocation @_noLocks
  func run(_ c: Context) {
    let count = shape.height * shape.width * shape.channels
    for image in 0..<batch {
      unsafe run(c, c.result(y) + image * count, c.operand(x) + image * imageStride, shape)
    }
  }

  /// One image.
  @_noAllocation @_noLocks
  func run(
    _ c: Context, _ y: UnsafeMutablePointer<Float>, _ x: UnsafePointer<Float>,
    _ shape: msk_depthwise
  ) {
    unsafe msk_f32_depthwise(c.isa, y, x, c.packed(weights), c.floats(bias), shape)
  }
}

extension Convolution {
  func lower(_ job: Job, _ planner: inout Planner) throws(PlanError) {
    let (height, width): (WindowAxis, WindowAxis)
    do throws(ShapeError) {
      (height, width) = try window(over: job.shapes[0])
    } catch {
      throw .shape(node: job.name, error)
    }
    switch job.arithmetic {
    case .integer: try lowerIntegers(job, height, width, &planner)
    case .hybrid: try lowerHybrid(job, height, width, &planner)
    case .float:
      let image = try planner.bordered(
        job, try planner.operand(0, of: job), height: height, width: width,
        channelRepeats: channelRepeats, elementSize: 4, border: 0)
      if isDepthwise {
        try lowerDepthwise(job, image, &planner)
      } else {
        try lowerGrouped(job, image, &planner)
      }
    }
  }

  /// How often a depthwise convolution reads each channel.
  var channelRepeats: Int { isDepthwise ? filters / groups : 1 }

  private func lowerDepthwise(
    _ job: Job, _ image: BorderedImage, _ planner: inout Planner
  ) throws(PlanError) {
    let taps = size.height * size.width
    let bounds = activation.bounds
    let place = try planner.packed(
      weights,
      Packing(rowCount: filters, rowStride: taps, columns: filters, depth: taps, width: filters),
      of: job.name)
    planner.emit(
      .depthwise(
        DepthwiseStep(
          x: image.place, y: planner.result(of: job), weights: place,
          bias: try planner.floats(bias, of: job.name), batch: job.shape[0],
          imageStride: image.imageStride,
          shape: msk_depthwise(
            height: job.shape[1], width: job.shape[2], channels: filters,
            kernel_height: size.height, kernel_width: size.width,
            stride_y: stride.height * image.rowStride, stride_x: stride.width * image.channels,
            step_y: dilation.height * image.rowStride, step_x: dilation.width * image.channels,
            low: bounds.low, high: bounds.high, element: weights.kernelElement))))
  }

  private func lowerGrouped(
    _ job: Job, _ image: BorderedImage, _ planner: inout Planner
  ) throws(PlanError) {
    let channels = weights.shape[3]
    let depth = weights.shape.elementCount / filters
    let columns = filters / groups
    let paddedColumns = columns.rounded(upTo: planner.instructionSet.lanes)
    let place = try planner.packed(
      weights,
      Packing(
        rowCount: columns, rowStride: depth, repeats: groups, columns: paddedColumns, depth: depth,
        width: msk_gemm_width(planner.instructionSet.code)), of: job.name)
    let runs = runs(depth: depth, image)
    let bounds = activation.bounds
    planner.emit(
      .convolution(
        ConvolutionStep(
          x: image.place, y: planner.result(of: job), weights: place,
          weightStride: paddedColumns * depth * weights.elementType.byteCount,
          bias: try planner.floats(bias, of: job.name),
          scale: try planner.floats(job.epilogue?.scaleShift?.scale, of: job.name),
          shift: try planner.floats(job.epilogue?.scaleShift?.shift, of: job.name),
          offsets: try planner.offsets(runs.offsets, of: job.name), batch: job.shape[0],
          height: job.shape[1], groups: groups, imageStride: image.imageStride,
          rowStride: stride.height * image.rowStride, groupChannels: channels,
          shape: msk_gemm(
            rows: job.epilogue.map { 2 * $0.width } ?? job.shape[2], columns: columns,
            segments: runs.offsets.count,
            length: runs.length, x_stride: stride.width * image.channels, y_stride: filters,
            low: bounds.low, high: bounds.high, element: weights.kernelElement))))
  }

  /// Where the elements under a window are, relative to its first one: runs of equal length.
  func runs(depth: Int, _ image: BorderedImage) -> (offsets: [Int32], length: Int) {
    // Without channels nothing is summed, however many taps the window has.
    if depth == 0 { return ([], 0) }
    let channels = weights.shape[3]
    let isDense = groups == 1 && (dilation.width == 1 || size.width == 1)
    var offsets: [Int32] = []
    for row in 0..<size.height {
      let start = row * dilation.height * image.rowStride
      if isDense {
        offsets.append(Int32(start))
      } else {
        for column in 0..<size.width {
          offsets.append(Int32(start + column * dilation.width * image.channels))
        }
      }
    }
    return (offsets, isDense ? size.width * channels : channels)
  }
}
