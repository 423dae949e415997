// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// Flatten: everything but the batch on one axis.
  func flatten() throws(KerasError) -> ValueID {
    var value = try input()
    let rank = shape(value).rank
    if rank > 2, try channelsFirst() {
      // Keras flattens both layouts in the same order.
      let order = [0] + Array(2..<rank) + [1]
      value = try add(.transpose(Transpose(permutation: order)), to: value, "channels_last")
    }
    let extents = shape(value).extents
    guard let batch = extents.first, batch >= 1 else {
      throw operandFailure("a batch", "\(shape(value))")
    }
    return try reshape(value, to: [batch, shape(value).elementCount / batch], "")
  }

  /// Reshape: `target_shape` without the batch, one extent may be −1.
  func reshapeLayer() throws(KerasError) -> ValueID {
    guard let target = try layer.integers("target_shape") else {
      throw layer.failure("target_shape", "extents", nil)
    }
    let value = try input()
    let batch = shape(value)[0]
    return try reshape(
      value, to: [batch] + (try resolve(target, shape(value).elementCount / max(batch, 1))), "")
  }

  /// Extents with a −1 replaced by what makes `count` elements.
  func resolve(_ target: [Int], _ count: Int, key: String = "target_shape")
    throws(KerasError) -> [Int]
  {
    let failure = layer.failure(key, "extents of \(count) elements", layer.value(key))
    var product = 1
    for extent in target where extent != -1 {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 1, !overflow else { throw failure }
      product = next
    }
    let open = target.filter { $0 == -1 }.count
    guard open <= 1, open == 1 ? count % product == 0 : count == product else { throw failure }
    return target.map { $0 == -1 ? count / product : $0 }
  }

  /// Permute: `dims` count from 1, the batch stays in front.
  func permute() throws(KerasError) -> ValueID {
    let value = try input()
    let order = [0] + (try layer.integers("dims") ?? [])
    guard order.sorted() == Array(0..<shape(value).rank) else {
      throw layer.failure("dims", "each axis of \(shape(value)) once", layer.value("dims"))
    }
    return try add(.transpose(Transpose(permutation: order)), to: value)
  }

  /// RepeatVector: `[batch × features]` → `[batch × n × features]`.
  func repeatVector() throws(KerasError) -> ValueID {
    let value = try input(rank: 2)
    let count = try layer.integer("n")
    guard count >= 1 else { throw layer.failure("n", "at least 1", layer.value("n")) }
    let row = try reshape(value, to: [shape(value)[0], 1, shape(value)[1]], "row")
    return try add(.tile(Tile(multiples: [1, count, 1])), to: row)
  }

  /// ZeroPadding1D and ZeroPadding2D.
  func zeroPadding(axes: Int) throws(KerasError) -> ValueID {
    try requireChannelsLast()
    let value = try input(rank: axes + 2)
    let (before, after) = try borders("padding", axes: axes)
    return try add(.pad(Pad(before: [0] + before + [0], after: [0] + after + [0])), to: value)
  }

  /// Cropping1D and Cropping2D.
  func cropping(axes: Int) throws(KerasError) -> ValueID {
    try requireChannelsLast()
    let value = try input(rank: axes + 2)
    let (before, after) = try borders("cropping", axes: axes)
    var count = shape(value).extents
    for axis in 0..<axes {
      count[axis + 1] -= before[axis] + after[axis]
      guard count[axis + 1] >= 1 else {
        throw layer.failure("cropping", "less than \(shape(value))", layer.value("cropping"))
      }
    }
    let slice = Slice(
      begin: [0] + before + [0], count: count, stride: Array(repeating: 1, count: axes + 2))
    return try add(.slice(slice), to: value)
  }

  /// One number for all sides, a pair for one axis, or one entry for each axis.
  private func borders(_ key: String, axes: Int) throws(KerasError) -> (before: [Int], after: [Int])
  {
    guard let value = layer.value(key) else { throw layer.failure(key, "numbers", nil) }
    let entries: [JSON] =
      axes == 1 ? [value] : value.array ?? Array(repeating: value, count: axes)
    let pairs = entries.compactMap { entry -> (Int, Int)? in
      let numbers = (entry.array ?? [entry, entry]).compactMap { $0.integer }
      let valid = numbers.count == 2 && numbers.allSatisfy { $0 >= 0 && $0 <= 1 << 24 }
      return valid ? (numbers[0], numbers[1]) : nil
    }
    guard pairs.count == axes else { throw layer.failure(key, "\(axes) pairs", value) }
    return (pairs.map { $0.0 }, pairs.map { $0.1 })
  }

  /// UpSampling1D and UpSampling2D: each element repeated.
  func upSampling(axes: Int) throws(KerasError) -> ValueID {
    try requireChannelsLast()
    try layer.require("interpolation", isOneOf: [.string("nearest")])
    let value = try input(rank: axes + 2)
    let factors = try layer.extents("size", count: axes, default: 2)
    guard factors.allSatisfy({ $0 >= 1 }) else {
      throw layer.failure("size", "at least 1", layer.value("size"))
    }
    // [batch, n, 1, …, channels] tiled on the ones, then merged.
    let extents = shape(value).extents
    var split = [extents[0]]
    var multiples = [1]
    var merged = [extents[0]]
    for axis in 0..<axes {
      split += [extents[axis + 1], 1]
      multiples += [1, factors[axis]]
      let (product, overflow) = extents[axis + 1].multipliedReportingOverflow(by: factors[axis])
      guard !overflow else { throw layer.failure("size", "a smaller factor", layer.value("size")) }
      merged.append(product)
    }
    let channels = shape(value).channels
    let parts = try reshape(value, to: split + [channels], "split")
    let tiled = try add(.tile(Tile(multiples: multiples + [1])), to: parts, "tile")
    return try reshape(tiled, to: merged + [channels], "")
  }
}
