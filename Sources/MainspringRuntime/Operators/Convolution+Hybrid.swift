// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension Convolution {
  /// Images become int8 with their borders: zeros have an integer in every range.
  ///
  /// TensorFlow Lite quantizes images around zero when all filters have one scale and one group,
  /// and with a zero point otherwise.
  func lowerHybrid(
    _ job: Job, _ height: WindowAxis, _ width: WindowAxis, _ planner: inout Planner
  ) throws(PlanError) {
    let checked = try IntegerWeights(weights, rows: filters, scaleCounts: [1, filters], job)
    let isUniform = checked.scales.allSatisfy { $0 == checked.scales[0] } && groups == 1
    let image = try planner.bordered(
      job, try planner.operand(0, of: job), height: height, width: width,
      channelRepeats: channelRepeats, elementSize: 4, border: 0)
    let x = try planner.emitHybridRows(
      image.place,
      .apart(rows: job.shape[0], length: image.imageStride, asymmetric: !isUniform), job)
    if isDepthwise {
      try emitDepthwise(x, image, checked, job, &planner)
      return
    }
    let runs = runs(depth: checked.depth, image)
    let bounds = activation.bounds
    planner.emit(
      .hybridProduct(
        HybridProductStep(
          x: x, y: planner.result(of: job),
          weights: try planner.hybrid(
            checked, order: nil, groups: groups, segments: runs.offsets.count,
            length: runs.length, job),
          bias: try planner.floats(bias, of: job.name),
          offsets: try planner.offsets(runs.offsets, of: job.name), batch: job.shape[0],
          height: job.shape[1], groups: groups, imageStride: image.imageStride,
          rowStride: stride.height * image.rowStride, groupChannels: weights.shape[3],
          shape: msk_hybrid_gemm(
            rows: job.shape[2], columns: filters / groups, segments: runs.offsets.count,
            length: runs.length, x_stride: stride.width * image.channels, y_stride: filters,
            row_step: 0, init_stride: 0, in_turn: !isUniform, low: bounds.low,
            high: bounds.high))))
  }

  private func emitDepthwise(
    _ x: HybridRows, _ image: BorderedImage, _ weights: IntegerWeights, _ job: Job,
    _ planner: inout Planner
  ) throws(PlanError) {
    let bounds = activation.bounds
    var scales: [Float] = []
    for filter in 0..<filters { scales.append(weights.scale(of: filter)) }
    planner.emit(
      .hybridDepthwise(
        HybridDepthwiseStep(
          x: x, y: planner.result(of: job), weights: try packedTaps(job, &planner),
          scales: try planner.floats(scales, of: job.name),
          bias: try planner.floats(bias, of: job.name), batch: job.shape[0],
          imageStride: image.imageStride,
          shape: msk_hybrid_depthwise(
            height: job.shape[1], width: job.shape[2], channels: filters,
            kernel_height: size.height, kernel_width: size.width,
            stride_y: stride.height * image.rowStride, stride_x: stride.width * image.channels,
            step_y: dilation.height * image.rowStride, step_x: dilation.width * image.channels,
            low: bounds.low, high: bounds.high))))
  }
}
