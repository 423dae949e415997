// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// What precedes a hybrid product of rows that are windows of a sequence: its border, the taps of
/// all windows as slices, and the slices next to each other. None of it is computed: windows are
/// quantized where they lie.
struct RowWindows {
  /// The operators, in their order.
  let nodes: [Node]
  /// The sequence, `[1, 1, time, channels]`.
  let source: ValueID
  /// Elements of one window, between the first ones of two windows, and in front of the sequence.
  let length: Int
  let stride: Int
  let before: Int
  /// Elements of the sequence.
  let count: Int

  /// The operand of each of the operators that goes unread.
  var readings: [ValueID] { nodes.flatMap { $0.inputs } }

  func rows(_ rows: Int, asymmetric: Bool) -> msk_hybrid_windows {
    msk_hybrid_windows(
      rows: rows, length: length, stride: stride, before: before, count: count,
      asymmetric: asymmetric)
  }
}

extension Planner {
  /// The windows that start with a node, if the product that reads them follows.
  func windows(from index: Int) -> RowWindows? {
    var nodes = graph.nodes[index...]
    guard let first = nodes.first, let source = first.inputs.first else { return nil }
    var (sequence, border) = (source, (before: 0, after: 0))
    if case .pad(let pad) = first.operation {
      guard let amounts = pad.timeBorder else { return nil }
      (sequence, border) = (first.output, amounts)
      nodes.removeFirst()
    }
    let slices = Array(nodes.prefix { $0.inputs == [sequence] && $0.isSlice })
    nodes.removeFirst(slices.count)
    guard slices.count > 1, case .slice(let tap)? = slices.first?.operation,
      let joined = nodes.popFirst(), case .concatenate(let concatenate) = joined.operation,
      concatenate.axis == 3, joined.inputs == slices.map({ $0.output }),
      let product = nodes.popFirst(), case .dense(let dense) = product.operation,
      dense.weights.elementType == .int8, isOnlyOperand(joined.output, of: product),
      !slices.contains(where: { !isOnlyOperand($0.output, by: joined) }),
      sequence == source || isUnread(sequence, but: slices.count)
    else { return nil }
    let values = [source, sequence, joined.output, product.output] + slices.map { $0.output }
    guard values.allSatisfy({ graph.values[$0].type.isFloat && graph.values[$0].constant == nil })
    else { return nil }
    let shape = graph.shape(of: source)
    guard shape.rank == 4, shape[0] == 1, shape[1] == 1, tap.count.count == 4, tap.stride[2] > 0
    else { return nil }
    for (index, slice) in slices.enumerated() {
      let expected = Slice(
        begin: [0, 0, index, 0], count: [1, 1, tap.count[2], shape[3]],
        stride: [1, 1, tap.stride[2], 1])
      guard case .slice(expected) = slice.operation else { return nil }
    }
    return RowWindows(
      nodes: (sequence == source ? [] : [first]) + slices + [joined], source: source,
      length: slices.count * shape[3], stride: tap.stride[2] * shape[3],
      before: border.before * shape[3], count: shape.elementCount)
  }
}

extension Node {
  fileprivate var isSlice: Bool {
    guard case .slice = operation else { return false }
    return true
  }
}

extension Pad {
  /// Zeros on the axis of time alone.
  fileprivate var timeBorder: (before: Int, after: Int)? {
    guard value == 0, before.count == 4, after.count == 4 else { return nil }
    let others = [0, 1, 3].allSatisfy { before[$0] == 0 && after[$0] == 0 }
    return others ? (before[2], after[2]) : nil
  }
}
