// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension OperationCall {
  /// `x[…]` with slices, indices that drop an axis, new axes and one ellipsis.
  func getItem() throws(KerasError) -> ValueID {
    let value = try tensor(argument(0, "x", "tensor"), "x")
    guard let key = argument(1, "key", "slice_spec") else {
      throw failure("key", "slices", nil)
    }
    var entries = [key]
    if case .list(let list) = key { entries = list }
    let rank = shape(value).rank
    let consuming = entries.filter { !isEllipsis($0) && !isNewAxis($0) }.count
    guard consuming <= rank, entries.filter({ isEllipsis($0) }).count <= 1 else {
      throw failure("key", "at most \(rank) slices", key)
    }
    var plan = SlicePlan()
    for entry in entries {
      if isEllipsis(entry) {
        for _ in 0..<(rank - consuming) { plan.keepAll(shape(value)) }
      } else if isNewAxis(entry) {
        plan.result.append(1)
      } else {
        try take(entry, from: shape(value), into: &plan)
      }
    }
    while plan.begin.count < rank { plan.keepAll(shape(value)) }
    let slice = Slice(begin: plan.begin, count: plan.count, stride: plan.stride)
    let sliced = try add(.slice(slice), to: [value], "slice")
    if plan.result == shape(sliced).extents { return sliced }
    return try reshaped(sliced, plan.result)
  }

  private struct SlicePlan {
    var begin: [Int] = []
    var count: [Int] = []
    var stride: [Int] = []
    /// Extents once indexed axes are gone and new ones are there.
    var result: [Int] = []

    mutating func keepAll(_ shape: Shape) {
      let extent = shape[begin.count]
      append(0, extent, 1)
      result.append(extent)
    }

    mutating func append(_ begin: Int, _ count: Int, _ stride: Int) {
      self.begin.append(begin)
      self.count.append(count)
      self.stride.append(stride)
    }
  }

  private func isEllipsis(_ entry: Argument) -> Bool {
    guard case .constant(let json) = entry else { return false }
    return json.string == "..." || json["class_name"]?.string == "__ellipsis__"
  }

  private func isNewAxis(_ entry: Argument) -> Bool {
    guard case .constant(let json) = entry else { return false }
    return json.isNull || json["class_name"]?.string == "__newaxis__"
  }

  private func take(_ entry: Argument, from shape: Shape, into plan: inout SlicePlan)
    throws(KerasError)
  {
    let axis = plan.begin.count
    let extent = shape[axis]
    if case .constant(let json) = entry, let index = json.integer {
      guard axis > 0, index >= -extent, index < extent else {
        throw failure("key", "an index below \(extent) after the batch", entry)
      }
      return plan.append(index < 0 ? index + extent : index, 1, 1)
    }
    guard case .slice(let start, let stop, let step) = entry else {
      throw failure("key", "a slice or an index", entry)
    }
    let stride = step.isNull ? 1 : step.integer ?? 0
    guard stride != 0, stride.magnitude <= 1 << 28 else {
      throw failure("key", "a step that is not 0", entry)
    }
    // Python's rule: bounds are clipped; a negative step starts at the end.
    let low = stride > 0 ? 0 : -1
    let high = stride > 0 ? extent : extent - 1
    func bound(_ json: JSON, _ fallback: Int) -> Int? {
      if json.isNull { return fallback }
      guard let index = json.integer, index.magnitude <= 1 << 40 else { return nil }
      return min(max(index < 0 ? index + extent : index, low), high)
    }
    guard let first = bound(start, stride > 0 ? low : high),
      let last = bound(stop, stride > 0 ? high : low)
    else { throw failure("key", "whole bounds", entry) }
    let span = stride > 0 ? last - first : first - last
    let width = Int(stride.magnitude)
    let count = span <= 0 ? 0 : (span + width - 1) / width
    guard count >= 1, axis > 0 || (first == 0 && count == extent) else {
      throw failure("key", "at least one element, and the whole batch", entry)
    }
    plan.append(first, count, stride)
    plan.result.append(count)
  }
}
