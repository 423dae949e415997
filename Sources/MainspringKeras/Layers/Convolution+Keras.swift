// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Conv1D and Conv2D: the kernel `[…size, channels/groups, filters]`.
  func convolution(axes: Int) throws(KerasError) -> ValueID {
    let image = try image(axes: axes)
    let activation = try resultActivation()
    let channels = shape(image).channels
    let filters = try layer.integer("filters")
    let groups = try layer.integer("groups", default: 1)
    guard filters >= 1, groups >= 1, filters % groups == 0, channels % groups == 0 else {
      throw layer.failure(
        "groups", "a divisor of \(channels) channels and of the filters", layer.value("groups"))
    }
    let size = try extent("kernel_size", axes: axes)
    _ = try padding()
    let depth = channels / groups
    let kernel = try convolutionKernel(size, depth: depth, filters: filters, axes: axes)
    let result = try convolve(
      image, weights: try kernel.permuted([3, 0, 1, 2]), bias: try bias(filters), groups: groups)
    return try add(activation, to: try sequence(result, axes: axes))
  }

  /// `[height × width × depth × filters]`; Keras 1 gives one-dimensional kernels two axes too.
  private func convolutionKernel(
    _ size: Extent2D, depth: Int, filters: Int, axes: Int
  ) throws(KerasError) -> Tensor {
    let image = [size.height, size.width, depth, filters]
    guard axes == 1 else { return try weight("kernel", image, aliases: ["_W"]) }
    if generation == .one {
      // Which backend wrote a file of Keras 1 is not recorded.
      assembly.warn(
        "layer '\(layer.path)': if Keras 1 ran on Theano, its kernels are stored back to front")
    }
    let stored = assembly.weights.storedShape(
      of: "kernel", aliases: ["_W"],
      among: [[size.width, depth, filters], [size.width, 1, depth, filters]], in: scope)
    return try weight("kernel", stored, aliases: ["_W"]).reshaped(image)
  }

  /// Stride, dilation and padding from the settings.
  private func convolve(
    _ image: ValueID, weights: Tensor, bias: Tensor?, groups: Int, _ step: String = ""
  ) throws(KerasError) -> ValueID {
    let axes = layer.kind.contains("1D") ? 1 : 2
    let stride = try extent("strides", axes: axes, default: 1)
    let dilation = try extent("dilation_rate", axes: axes, default: 1)
    var input = image
    let padding = try padding()
    if padding == .causal {
      guard axes == 1 else {
        throw layer.failure("padding", "valid or same", layer.value("padding"))
      }
      input = try causal(image, size: weights.shape[2], dilation: dilation.width)
    }
    let convolution = Convolution(
      weights: weights, bias: bias, stride: stride, dilation: dilation,
      padding: padding == .same ? .same : .valid, groups: groups)
    return try add(.convolution(convolution), to: input, step)
  }

  /// DepthwiseConv1D and DepthwiseConv2D: result channel `c · multiplier + m`.
  func depthwiseConvolution(axes: Int) throws(KerasError) -> ValueID {
    let image = try image(axes: axes)
    let activation = try resultActivation()
    let (weights, count) = try depthwiseKernel(
      channels: shape(image).channels, axes: axes, aliases: ["kernel"])
    let result = try convolve(
      image, weights: weights, bias: try bias(count), groups: shape(image).channels)
    return try add(activation, to: try sequence(result, axes: axes))
  }

  /// SeparableConv1D and SeparableConv2D: depthwise, then a mix of channels at each place.
  func separableConvolution(axes: Int) throws(KerasError) -> ValueID {
    let image = try image(axes: axes)
    let activation = try resultActivation()
    let (weights, count) = try depthwiseKernel(
      channels: shape(image).channels, axes: axes, aliases: [])
    let filters = try layer.integer("filters")
    guard filters >= 1 else { throw layer.failure("filters", "at least 1", layer.value("filters")) }
    let ones = [Int](repeating: 1, count: axes)
    let pointwise = try weight("pointwise_kernel", ones + [count, filters])
      .reshaped([1, 1, count, filters]).permuted([3, 0, 1, 2])
    let depthwise = try convolve(
      image, weights: weights, bias: nil, groups: shape(image).channels, "depthwise")
    let mix = Convolution(weights: pointwise, bias: try bias(filters))
    return try add(
      activation, to: try sequence(try add(.convolution(mix), to: depthwise), axes: axes))
  }

  /// `[channels·multiplier × height × width × 1]` and the number of its filters.
  private func depthwiseKernel(channels: Int, axes: Int, aliases: [String])
    throws(KerasError) -> (weights: Tensor, filters: Int)
  {
    let multiplier = try layer.integer("depth_multiplier", default: 1)
    guard multiplier >= 1, try layer.integer("groups", default: 1) == 1 else {
      throw layer.failure(
        "depth_multiplier", "at least 1, without groups", layer.value("depth_multiplier"))
    }
    let size = try extent("kernel_size", axes: axes)
    let extents = axes == 1 ? [size.width] : [size.height, size.width]
    let kernel = try weight(
      "depthwise_kernel", extents + [channels, multiplier], aliases: aliases)
    let (count, overflow) = channels.multipliedReportingOverflow(by: multiplier)
    guard !overflow else { throw layer.failure("depth_multiplier", "a smaller number", nil) }
    let weights = try kernel.reshaped([size.height, size.width, count, 1]).permuted([2, 0, 1, 3])
    return (weights, count)
  }
}
