// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Conv1DTranspose and Conv2DTranspose: the kernel `[…size, filters, channels]`.
  func transposedConvolution(axes: Int) throws(KerasError) -> ValueID {
    let image = try image(axes: axes)
    let activation = try resultActivation()
    let channels = shape(image).channels
    let filters = try layer.integer("filters")
    guard filters >= 1 else { throw layer.failure("filters", "at least 1", layer.value("filters")) }
    try layer.require("groups", isOneOf: [.number(1)])
    guard try extent("dilation_rate", axes: axes, default: 1) == .one else {
      throw layer.failure("dilation_rate", "1", layer.value("dilation_rate"))
    }
    let size = try extent("kernel_size", axes: axes)
    let stride = try extent("strides", axes: axes, default: 1)
    let stored = axes == 1 ? [size.width] : [size.height, size.width]
    let kernel = try weight("kernel", stored + [filters, channels])
    let weights = try kernel.reshaped([size.height, size.width, filters, channels])
      .permuted([2, 0, 1, 3])
    let isSame = try padding() == .same
    let extra =
      layer.value("output_padding") == nil
      ? nil : try layer.extents("output_padding", count: axes)
    let input = shape(image)
    let height = try transposedExtent(
      input[1], size.height, stride.height, axes == 1 ? nil : extra?.first, isSame: isSame)
    let width = try transposedExtent(
      input[2], size.width, stride.width, extra?.last, isSame: isSame)
    let operation = TransposedConvolution(
      weights: weights, bias: try bias(filters), stride: stride, padding: isSame ? .same : .valid,
      outputSize: Extent2D(height: height, width: width))
    let result = try add(.transposedConvolution(operation), to: image)
    return try add(activation, to: try sequence(result, axes: axes))
  }

  /// Extent of the result on one axis (Keras' `compute_conv_transpose_output_shape`).
  private func transposedExtent(
    _ count: Int, _ size: Int, _ stride: Int, _ extra: Int?, isSame: Bool
  ) throws(KerasError) -> Int {
    let (steps, overflow) = count.multipliedReportingOverflow(by: stride)
    guard !overflow, steps <= Shape.maximumElementCount else {
      throw layer.failure("strides", "a smaller stride", layer.value("strides"))
    }
    guard let extra else { return isSame ? steps : steps + max(size - stride, 0) }
    let cut = isSame ? size / 2 : 0
    let result = steps - stride + size - 2 * cut + extra
    // TFLite derives the border from the result's extent; it must be the border Keras uses.
    let border = max(steps - stride + size - result, 0) / 2
    guard extra >= 0, extra < stride, result >= 1, border == cut else {
      throw layer.failure(
        "output_padding", "null, or a border that TFLite has too", layer.value("output_padding"))
    }
    return result
  }
}
