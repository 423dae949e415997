// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Images with the borders around them that windows reach into.
struct BorderedImage {
  let place: Operand
  let channels: Int
  /// Elements between rows and between images.
  let rowStride: Int
  let imageStride: Int
}

extension Planner {
  /// The operand of a node with borders: itself when it needs none or has room for them around it,
  /// or a copy.
  ///
  /// - Parameters:
  ///   - source: the images, which have the shape of the job's first operand.
  ///   - channelRepeats: how often each channel is wanted, next to each other.
  ///   - border: the bytes of a border's element.
  mutating func bordered(
    _ job: Job, _ source: Operand, height: WindowAxis, width: WindowAxis, channelRepeats: Int,
    elementSize: Int, border: UInt64
  ) throws(PlanError) -> BorderedImage {
    let shape = job.shapes[0]
    let rows = height.before + shape[1] + height.after
    let columns = width.before + shape[2] + width.after
    let channels = shape[3] * channelRepeats
    let (rowStride, overflow) = columns.multipliedReportingOverflow(by: channels)
    guard !overflow else { throw .tooLarge(node: job.name, memory: .activations) }
    let isBordered = rows > shape[1] || columns > shape[2]
    guard isBordered || channelRepeats > 1 else {
      return BorderedImage(
        place: source, channels: channels, rowStride: rowStride, imageStride: rows * rowStride)
    }
    if channelRepeats == 1,
      let margin = Margin(shape, height: height, width: width, elementSize: elementSize),
      let word = operand(of: job, with: margin)
    {
      let count = shape.elementCount
      emitFill(word - margin.before, width.before * channels, elementSize, border)
      emitFill(word, start: count, width.after * channels, elementSize, border)
      return BorderedImage(
        place: .arena(word - margin.before), channels: channels, rowStride: rowStride,
        imageStride: rowStride)
    }
    let target = try scratch(
      elements: shape[0], rows, columns, channels, size: elementSize, job: job)
    let count = shape[0] * rows * rowStride
    var borders = [0..<count]
    if shape[0] == 1 && rows == 1 {
      // Of a sequence only what the copy leaves.
      borders = [0..<width.before * channels, (width.before + shape[2]) * channels..<count]
    }
    for part in borders where isBordered {
      emitFill(target, start: part.lowerBound, part.count, elementSize, border)
    }
    var axes = Axes()
    let strides = shape.strides
    axes.append(shape[0], y: rows * rowStride, a: strides[0])
    axes.append(shape[1], y: rowStride, a: strides[1])
    axes.append(shape[2], y: channels, a: strides[2])
    axes.append(shape[3], y: channelRepeats, a: 1)
    axes.append(channelRepeats, y: 1, a: 0)
    let start = height.before * rowStride + width.before * channels
    try emitCopy(
      source, to: target, target: start, elementSize: elementSize, axes, name: job.name)
    return BorderedImage(
      place: .arena(target), channels: channels, rowStride: rowStride,
      imageStride: rows * rowStride)
  }

  /// Fills unless there is nothing to fill.
  private mutating func emitFill(
    _ y: Int, start: Int = 0, _ count: Int, _ elementSize: Int, _ value: UInt64
  ) {
    if count == 0 { return }
    emit(.fill(FillStep(y: y, start: start, elementSize: elementSize, count: count, value: value)))
  }
}
