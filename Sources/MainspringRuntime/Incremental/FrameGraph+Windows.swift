// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// What reads all frames of a window.
extension FrameGraph {
  /// A recurrent layer: the product of its inputs by frames, the recurrence over all of them.
  mutating func addRecurrent(_ node: Node) throws(PlanError) -> Bool {
    guard let x = operand(node, 0), values[x].count > 1 else { return false }
    let planner = try planner(
      node.operation, node, shapes: [graph.shape(of: node.inputs[0]).extents])
    guard planner.steps.count == 2, let product = FrameKernel(planner.steps[0]),
      let recurrence = WindowStep.Kernel(planner.steps[1])
    else { return false }
    let bytes: Int
    switch product {
    case .product(let step): bytes = step.shape.y_stride * 4
    case .integerProduct(let step):
      bytes = step.shape.y_stride * step.shape.y.type.byteCount
    default: return false
    }
    let shares = addValue(
      count: values[x].count, bytes: bytes, stride: values[x].stride, left: values[x].left,
      right: values[x].right)
    let weights = keep(planner)
    let inputs = node.inputs.map { graph.shape(of: $0) }
    let all = node.operation.multiplyAccumulates(
      inputs: inputs, output: graph.shape(of: node.output))
    let features = inputs[0].channels
    let perFrame = features * (node.operation.weights.first?.shape[0] ?? 0)
    let productCount = min(perFrame * values[x].count, all)
    add(
      FrameStep(
        kernel: product, weights: weights, x: x, other: -1, y: shares, stride: 1, before: 0,
        padding: FrameStep.Padding(), isPool: false), multiplyAccumulates: productCount)
    addWindow(recurrence, node, weights, shares, planner, all - productCount)
    return true
  }

  /// A reduction over time, of floats.
  mutating func add(_ reduce: Reduce, _ node: Node) throws(PlanError) -> Bool {
    let rank = graph.shape(of: node.inputs[0]).rank
    let axes = reduce.axes
    guard let x = operand(node, 0), axes == [rank - 2] || (rank == 4 && axes == [1, 2])
    else { return false }
    let planner = try planner(
      node.operation, node, shapes: [graph.shape(of: node.inputs[0]).extents])
    guard planner.steps.count == 1, let kernel = WindowStep.Kernel(planner.steps[0]) else {
      return false
    }
    addWindow(kernel, node, keep(planner), x, planner, 0)
    return true
  }

  private mutating func addWindow(
    _ kernel: WindowStep.Kernel, _ node: Node, _ weights: Context, _ x: Int,
    _ planner: Planner, _ count: Int
  ) {
    let input = addRestInput(for: node.output)
    // The scratch memory ends with the arena at the latest.
    let words = kernel.scratch.map { planner.arena.wordCount - $0 } ?? 0
    let step = WindowStep(kernel: kernel, weights: weights, x: x, input: input)
    add(step, scratchWords: words)
    addComputed(count)
  }
}
