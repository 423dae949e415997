// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Which operators compute frame by frame.
extension FrameGraph {
  /// Adds a node to the frames.
  ///
  /// - Returns: false when it belongs to the rest.
  mutating func addFrames(_ node: Node) throws(PlanError) -> Bool {
    guard isArithmeticKnown(node) else { return false }
    switch node.operation {
    case .reshape:
      guard let x = operand(node, 0), let from = Form(graph.values[node.inputs[0]]),
        Form(graph.values[node.output]) == from
      else { return false }
      setFrames(node.output, x)
      return true
    case .convolution(let convolution): return try add(convolution, node)
    case .pool(let pool): return try add(pool, node)
    case .dense, .unary, .scaleShift, .parametricReLU, .quantize, .dequantize, .binary:
      return try addRows(node)
    case .lstm, .gru, .simpleRNN: return try addRecurrent(node)
    case .reduce(let reduce): return try add(reduce, node)
    case .transposedConvolution, .softmax, .logSoftmax, .compare, .select, .matMul, .transpose,
      .slice, .concatenate, .pad, .tile, .reverse:
      return false
    }
  }

  /// Weights of int8 on floats take their operand's scale from all of it.
  private func isArithmeticKnown(_ node: Node) -> Bool {
    let inputs = node.inputs.map { graph.shape(of: $0) }
    return Job(node, graph, inputs).arithmetic != .hybrid
  }

  private func multiplyAccumulates(_ node: Node) -> Int {
    node.operation.multiplyAccumulates(
      inputs: node.inputs.map { graph.shape(of: $0) }, output: graph.shape(of: node.output))
  }

  /// The edges of a value that windows of `reach` + 1 frames give.
  private func edges(
    _ x: FrameValue, count: Int, stride: Int, before: Int, reach: Int
  ) -> (left: Int, right: Int) {
    let left = (x.left + before + stride - 1) / stride
    let last = x.count - x.right - 1 - reach + before
    let lastInner = last >= 0 ? last / stride : -1
    return (min(left, count), min(max(count - 1 - lastInner, 0), count))
  }

  private mutating func add(
    _ convolution: Convolution, _ node: Node
  ) throws(PlanError) -> Bool {
    guard let x = operand(node, 0), let form = Form(graph.values[node.output]),
      let from = Form(graph.values[node.inputs[0]]), convolution.size.height == 1,
      let axis = FrameGraph.axis({ () throws(ShapeError) in
        try convolution.window(over: graph.shape(of: node.inputs[0])).width
      })
    else { return false }
    let reach = (convolution.size.width - 1) * convolution.dilation.width
    var inner = convolution
    inner.padding = .valid
    // Two results, so that the planner sees a matrix and not a row.
    let length = reach + 1 + convolution.stride.width
    let planner = try planner(
      .convolution(inner), node, shapes: [[1, 1, length, from.channels]])
    guard planner.steps.count == 1, let kernel = FrameKernel(planner.steps[0]) else {
      return false
    }
    let (left, right) = edges(
      values[x], count: form.count, stride: convolution.stride.width, before: axis.before,
      reach: reach)
    let y = addValue(
      form, stride: values[x].stride * convolution.stride.width, left: left, right: right)
    needPadding(x, before: axis.before, after: axis.after)
    let element = try border(node)
    setFrames(node.output, y)
    add(
      FrameStep(
        kernel: kernel, weights: keep(planner), x: x, other: -1, y: y,
        stride: convolution.stride.width, before: axis.before,
        padding: FrameStep.Padding(
          before: axis.before, after: axis.after, elementSize: from.elementSize, element: element),
        isPool: false), multiplyAccumulates: multiplyAccumulates(node))
    return true
  }

  /// What stands for zero in a convolution's operand.
  private func border(_ node: Node) throws(PlanError) -> UInt64 {
    let value = graph.values[node.inputs[0]]
    if value.type.isFloat { return 0 }
    let type = try IntegerType(value.type, node: value.name, role: "operand")
    return type.element.bits(of: type.zero)
  }

  private mutating func add(_ pool: Pool, _ node: Node) throws(PlanError) -> Bool {
    guard let x = operand(node, 0), let form = Form(graph.values[node.output]),
      pool.size.height == 1,
      let axis = FrameGraph.axis({ () throws(ShapeError) in
        try pool.window(over: graph.shape(of: node.inputs[0])).width
      })
    else { return false }
    let planner = try planner(
      .pool(pool), node, shapes: [graph.shape(of: node.inputs[0]).extents])
    guard planner.steps.count == 1, let kernel = FrameKernel(planner.steps[0]) else {
      return false
    }
    let (left, right) = edges(
      values[x], count: form.count, stride: pool.stride.width, before: axis.before,
      reach: pool.size.width - 1)
    let y = addValue(
      form, stride: values[x].stride * pool.stride.width, left: left, right: right)
    setFrames(node.output, y)
    add(
      FrameStep(
        kernel: kernel, weights: keep(planner), x: x, other: -1, y: y,
        stride: pool.stride.width, before: axis.before, padding: FrameStep.Padding(), isPool: true),
      multiplyAccumulates: multiplyAccumulates(node))
    return true
  }

  private static func axis(_ body: () throws(ShapeError) -> WindowAxis) -> WindowAxis? {
    do throws(ShapeError) { return try body() } catch { return nil }
  }

  /// What computes each frame from the same one of its operands.
  private mutating func addRows(_ node: Node) throws(PlanError) -> Bool {
    guard let form = Form(graph.values[node.output]) else { return false }
    var operands: [Int] = []
    var shapes: [[Int]] = []
    let isDense = if case .dense = node.operation { true } else { false }
    // A single row has a kernel of its own, with another order of additions.
    if isDense, form.count == 1 { return false }
    for input in node.inputs {
      if let constant = graph.values[input].constant {
        guard isPerChannel(constant.shape, form.channels) else { return false }
        shapes.append(constant.shape.extents)
      } else if let x = frames(of: input), let from = Form(graph.values[input]),
        from.count == form.count, isDense || from.channels == form.channels
      {
        operands.append(x)
        shapes.append([1, isDense ? 2 : 1, from.channels])
      } else {
        return false
      }
    }
    guard let x = operands.first, operands.count <= 2, frames(of: node.inputs[0]) != nil,
      operands.allSatisfy({ values[$0].stride == values[x].stride })
    else { return false }
    if case .parametricReLU(let rectifier) = node.operation {
      guard isPerChannel(rectifier.slope.shape, form.channels) else { return false }
    }
    let planner = try planner(node.operation, node, shapes: shapes)
    guard planner.steps.count == 1, let kernel = FrameKernel(planner.steps[0]) else {
      return false
    }
    let y = addValue(
      form, stride: values[x].stride, left: operands.map { values[$0].left }.max() ?? 0,
      right: operands.map { values[$0].right }.max() ?? 0)
    setFrames(node.output, y)
    add(
      FrameStep(
        kernel: kernel, weights: keep(planner), x: x,
        other: operands.count == 2 ? operands[1] : -1, y: y, stride: 1, before: 0,
        padding: FrameStep.Padding(), isPool: false),
      multiplyAccumulates: multiplyAccumulates(node))
    return true
  }

  /// Constants that are the same for every frame: a value for each channel, or one for all.
  private func isPerChannel(_ shape: Shape, _ channels: Int) -> Bool {
    shape.elementCount == 1
      || (shape.channels == channels && shape.elementCount == channels)
  }
}
