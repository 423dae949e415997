// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Padding as Keras names it.
enum KerasPadding { case valid, same, causal }

extension LayerCall {
  func padding() throws(KerasError) -> KerasPadding {
    switch try layer.text("padding", default: "valid") {
    case "valid": return .valid
    case "same": return .same
    case "causal": return .causal
    default: throw layer.failure("padding", "valid, same or causal", layer.value("padding"))
    }
  }

  /// Refuses data with channels in front.
  func requireChannelsLast() throws(KerasError) {
    try layer.require("data_format", isOneOf: [.string("channels_last")])
  }

  /// One number per spatial axis, at least 1 each; height 1 in front for one axis.
  func extent(_ key: String, axes: Int, default fallback: Int? = nil) throws(KerasError) -> Extent2D
  {
    let numbers = try layer.extents(key, count: axes, default: fallback)
    guard numbers.allSatisfy({ $0 >= 1 }) else {
      throw layer.failure(key, "at least 1", layer.value(key))
    }
    return axes == 1
      ? Extent2D(height: 1, width: numbers[0]) : Extent2D(height: numbers[0], width: numbers[1])
  }

  /// Whether channels come right after the batch.
  func channelsFirst() throws(KerasError) -> Bool {
    try layer.require(
      "data_format", isOneOf: [.string("channels_last"), .string("channels_first")])
    return layer.value("data_format") == .string("channels_first")
  }

  /// The image a layer with one or two spatial axes works on: `[batch, 1, time, channels]` in 1-D.
  func image(axes: Int) throws(KerasError) -> ValueID {
    var value = try input(rank: axes + 2)
    if try channelsFirst() {
      let order = [0] + Array(2..<axes + 2) + [1]
      value = try add(.transpose(Transpose(permutation: order)), to: value, "channels_last")
    }
    guard axes == 1 else { return value }
    let extents = shape(value).extents
    return try reshape(value, to: [extents[0], 1, extents[1], extents[2]], "image")
  }

  /// Undoes `image(axes:)`.
  func sequence(_ image: ValueID, axes: Int) throws(KerasError) -> ValueID {
    var value = image
    if axes == 1 {
      let extents = shape(image).extents
      value = try reshape(image, to: [extents[0], extents[2], extents[3]], "sequence")
    }
    guard try channelsFirst() else { return value }
    let order = [0, axes + 1] + Array(1...axes)
    return try add(.transpose(Transpose(permutation: order)), to: value, "channels_first")
  }

  /// Zeros in front of the first time step, so that no result sees a later one.
  func causal(_ image: ValueID, size: Int, dilation: Int) throws(KerasError) -> ValueID {
    let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: dilation)
    guard !overflow, reach <= 1 << 24 else {
      throw layer.failure(
        "dilation_rate", "a window of at most \(1 << 24)", layer.value("dilation_rate"))
    }
    if reach == 0 { return image }
    return try add(
      .pad(Pad(before: [0, 0, reach, 0], after: [0, 0, 0, 0])), to: image, "causal")
  }
}
