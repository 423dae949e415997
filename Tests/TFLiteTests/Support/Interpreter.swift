// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The elements of a constant of floats.
func doubles(_ tensor: Tensor) -> [Double] { (tensor.floats ?? []).map { Double($0) } }

/// Runs a graph in double precision, straight from the formulas; slow and without tricks.
struct Interpreter {
  let graph: Graph
  /// Empty for what is not computed yet.
  private var values: [[Double]]

  init(_ graph: Graph) {
    self.graph = graph
    values = graph.values.map { value in
      guard let constant = value.constant else { return [] }
      if case .bool(let bools) = constant.elements { return bools.map { $0 ? 1 : 0 } }
      return doubles(constant)
    }
  }

  /// One array of elements for each input and output, in their order.
  static func run(_ graph: Graph, _ inputs: [[Double]]) throws -> [[Double]] {
    var interpreter = Interpreter(graph)
    for (id, input) in zip(graph.inputs, inputs) {
      precondition(input.count == graph.shape(of: id).elementCount)
      interpreter.values[id] = input
    }
    for node in graph.nodes { try interpreter.run(node) }
    return graph.outputs.map { interpreter.values[$0] }
  }

  private mutating func run(_ node: Node) throws {
    let x = node.inputs.map { values[$0] }
    let shapes = node.inputs.map { graph.shape(of: $0) }
    let shape = graph.shape(of: node.output)
    let y: [Double]
    switch node.operation {
    case .dense(let d):
      y = dense(x[0], rows: shape.rows, d.weights, d.bias).map { clamp($0, d.activation) }
    case .convolution(let c): y = try convolution(c, x[0], shapes[0], shape)
    case .transposedConvolution(let c): y = try transposed(c, x[0], shapes[0], shape)
    case .lstm(let l): y = try recur(.lstm(l), x[0], shapes[0])
    case .gru(let g): y = try recur(.gru(g), x[0], shapes[0])
    case .simpleRNN(let r): y = try recur(.simpleRNN(r), x[0], shapes[0])
    case .pool(let p): y = try pool(p, x[0], shapes[0], shape)
    case .reduce(let r): y = reduce(r, x[0], shapes[0], shape)
    case .softmax(let s):
      y = rows(x[0], shapes[0].channels) { row in
        let top = (row.max() ?? 0)
        let e = row.map { exp(Double(s.beta) * ($0 - top)) }
        let sum = e.reduce(0, +)
        return e.map { $0 / sum }
      }
    case .logSoftmax:
      y = rows(x[0], shapes[0].channels) { row in
        let top = (row.max() ?? 0)
        let sum = log(row.map { exp($0 - top) }.reduce(0, +))
        return row.map { $0 - top - sum }
      }
    case .unary(let u): y = x[0].map { Interpreter.unary(u.function, $0) }
    case .binary(let b):
      y = broadcast(x, shapes, shape) {
        clamp(Interpreter.binary(b.function, $0[0], $0[1]), b.activation)
      }
    case .compare(let c):
      y = broadcast(x, shapes, shape) { pair in
        let holds =
          switch c.condition {
          case .less: pair[0] < pair[1]
          case .lessOrEqual: pair[0] <= pair[1]
          case .greater: pair[0] > pair[1]
          case .greaterOrEqual: pair[0] >= pair[1]
          }
        return holds ? 1 : 0
      }
    case .select: y = broadcast(x, shapes, shape) { $0[0] != 0 ? $0[1] : $0[2] }
    case .parametricReLU(let p):
      let slope = doubles(p.slope)
      y = broadcast([x[0], slope], [shapes[0], p.slope.shape], shape) {
        $0[0] >= 0 ? $0[0] : $0[0] * $0[1]
      }
    case .scaleShift(let s):
      let (scale, shift) = (doubles(s.scale), doubles(s.shift))
      y = x[0].indices.map {
        x[0][$0] * scale[$0 % scale.count] + shift[$0 % shift.count]
      }
    case .matMul(let m): y = product(m, x, shapes, shape)
    case .reshape: y = x[0]
    case .transpose(let t):
      let strides = shapes[0].strides
      y = gather(x[0], shape, 0, t.permutation.map { strides[$0] })
    case .slice(let s):
      let strides = shapes[0].strides
      let start = zip(s.begin, strides).map(*).reduce(0, +)
      y = gather(x[0], shape, start, zip(s.stride, strides).map(*))
    case .concatenate(let c):
      let outer = shape.extents[..<c.axis].reduce(1, *)
      y = (0..<outer).flatMap { block in
        x.flatMap { part in
          let length = part.count / outer
          return part[(block * length)..<((block + 1) * length)]
        }
      }
    case .pad(let p):
      y = map(shape) { position in
        let source = zip(position, p.before).map(-)
        let inside = zip(source, shapes[0].extents).allSatisfy { $0 >= 0 && $0 < $1 }
        return inside
          ? x[0][zip(source, shapes[0].strides).map(*).reduce(0, +)] : Double(p.value)
      }
    case .tile:
      y = map(shape) { position in
        let source = zip(position, shapes[0].extents).map { $0 % $1 }
        return x[0][zip(source, shapes[0].strides).map(*).reduce(0, +)]
      }
    case .reverse(let r):
      y = map(shape) { position in
        var source = position
        for axis in r.axes { source[axis] = shape[axis] - 1 - source[axis] }
        return x[0][zip(source, shape.strides).map(*).reduce(0, +)]
      }
    case .quantize, .dequantize: preconditionFailure("only graphs of floats are interpreted")
    }
    precondition(y.count == shape.elementCount)
    values[node.output] = y
  }

  // MARK: Layers

  private func dense(_ x: [Double], rows: Int, _ weights: Tensor, _ bias: Tensor?) -> [Double] {
    let w = doubles(weights)
    let b = bias.map(doubles)
    let (units, features) = (weights.shape[0], weights.shape[1])
    var y: [Double] = []
    for row in 0..<rows {
      for unit in 0..<units {
        var sum = b?[unit] ?? 0
        for k in 0..<features { sum += x[row * features + k] * w[unit * features + k] }
        y.append(sum)
      }
    }
    return y
  }

  private func convolution(_ c: Convolution, _ x: [Double], _ input: Shape, _ output: Shape)
    throws -> [Double]
  {
    let window = try c.window(over: input)
    let w = doubles(c.weights)
    let b = c.bias.map(doubles)
    let depth = c.weights.shape[3]
    let perGroup = c.filters / c.groups
    return map(output) { at in
      var sum = b?[at[3]] ?? 0
      for i in 0..<c.size.height {
        let h = at[1] * c.stride.height + i * c.dilation.height - window.height.before
        guard h >= 0, h < input[1] else { continue }
        for j in 0..<c.size.width {
          let v = at[2] * c.stride.width + j * c.dilation.width - window.width.before
          guard v >= 0, v < input[2] else { continue }
          for k in 0..<depth {
            let channel = at[3] / perGroup * depth + k
            sum +=
              x[((at[0] * input[1] + h) * input[2] + v) * input[3] + channel]
              * w[((at[3] * c.size.height + i) * c.size.width + j) * depth + k]
          }
        }
      }
      return clamp(sum, c.activation)
    }
  }

  private func transposed(
    _ c: TransposedConvolution, _ x: [Double], _ input: Shape, _ output: Shape
  ) throws -> [Double] {
    let before = try c.before(over: input)
    let w = doubles(c.weights)
    let s = c.weights.shape
    var y = map(output) { c.bias.map(doubles)?[$0[3]] ?? 0 }
    _ = map(input) { at in
      for f in 0..<s[0] {
        for i in 0..<s[1] {
          let h = at[1] * c.stride.height - before.height + i
          guard h >= 0, h < output[1] else { continue }
          for j in 0..<s[2] {
            let v = at[2] * c.stride.width - before.width + j
            guard v >= 0, v < output[2] else { continue }
            y[((at[0] * output[1] + h) * output[2] + v) * output[3] + f] +=
              x[((at[0] * input[1] + at[1]) * input[2] + at[2]) * input[3] + at[3]]
              * w[((f * s[1] + i) * s[2] + j) * s[3] + at[3]]
          }
        }
      }
      return 0
    }
    return y.map { clamp($0, c.activation) }
  }

  private func pool(_ p: Pool, _ x: [Double], _ input: Shape, _ output: Shape) throws -> [Double] {
    let window = try p.window(over: input)
    return map(output) { at in
      var found: [Double] = []
      for i in 0..<p.size.height {
        for j in 0..<p.size.width {
          let h = at[1] * p.stride.height + i - window.height.before
          let v = at[2] * p.stride.width + j - window.width.before
          guard h >= 0, h < input[1], v >= 0, v < input[2] else { continue }
          found.append(x[((at[0] * input[1] + h) * input[2] + v) * input[3] + at[3]])
        }
      }
      let y = p.kind == .maximum ? (found.max() ?? 0) : found.reduce(0, +) / Double(found.count)
      return clamp(y, p.activation)
    }
  }

  private func reduce(_ r: Reduce, _ x: [Double], _ input: Shape, _ output: Shape) -> [Double] {
    var groups = [[Double]](repeating: [], count: output.elementCount)
    var index = 0
    _ = map(input) { at in
      var place = 0
      for axis in 0..<input.rank where !r.axes.contains(axis) {
        place = place * input[axis] + at[axis]
      }
      groups[place].append(x[index])
      index += 1
      return 0
    }
    return groups.map { group in
      switch r.kind {
      case .mean: group.reduce(0, +) / Double(group.count)
      case .sum: group.reduce(0, +)
      case .maximum: (group.max() ?? 0)
      case .minimum: (group.min() ?? 0)
      }
    }
  }

  /// The projection of all steps, then the step graph for each.
  private func recur(_ cell: RecurrentCell, _ x: [Double], _ input: Shape) throws -> [Double] {
    let projection = cell.inputProjection
    let a = dense(x, rows: input[1], projection.weights, projection.bias)
    let width = cell.gateCount * cell.units
    let step = try cell.stepGraph()
    var state = [[Double]](
      repeating: [Double](repeating: 0, count: cell.units), count: cell.stateCount)
    var y: [Double] = []
    for time in 0..<input[1] {
      state = try Interpreter.run(step, [Array(a[(time * width)..<((time + 1) * width)])] + state)
      y += state[0]
    }
    return cell.returnsSequence ? y : state[0]
  }

  private func product(_ m: MatMul, _ x: [[Double]], _ shapes: [Shape], _ output: Shape)
    -> [Double]
  {
    let (a, b) = (shapes[0], shapes[1])
    let depth = a[a.rank - (m.transposesLeft ? 2 : 1)]
    func element(_ values: [Double], _ shape: Shape, _ at: [Int], _ row: Int, _ column: Int)
      -> Double
    {
      var index = 0
      for axis in 0..<(shape.rank - 2) {
        let position = at[axis + output.rank - shape.rank]
        index = index * shape[axis] + (shape[axis] == 1 ? 0 : position)
      }
      index = index * shape[shape.rank - 2] + row
      return values[index * shape[shape.rank - 1] + column]
    }
    return map(output) { at in
      let (i, j) = (at[output.rank - 2], at[output.rank - 1])
      var sum = 0.0
      for k in 0..<depth {
        sum +=
          (m.transposesLeft ? element(x[0], a, at, k, i) : element(x[0], a, at, i, k))
          * (m.transposesRight ? element(x[1], b, at, j, k) : element(x[1], b, at, k, j))
      }
      return sum
    }
  }

  // MARK: Walking over elements

  private func map(_ shape: Shape, _ body: ([Int]) -> Double) -> [Double] {
    var result: [Double] = []
    let strides = shape.strides
    for index in 0..<shape.elementCount {
      result.append(body((0..<shape.rank).map { index / strides[$0] % shape[$0] }))
    }
    return result
  }

  private func gather(_ x: [Double], _ shape: Shape, _ start: Int, _ steps: [Int]) -> [Double] {
    map(shape) { x[start + zip($0, steps).map(*).reduce(0, +)] }
  }

  private func rows(_ x: [Double], _ width: Int, _ body: ([Double]) -> [Double]) -> [Double] {
    stride(from: 0, to: x.count, by: width).flatMap { body(Array(x[$0..<($0 + width)])) }
  }

  private func broadcast(
    _ x: [[Double]], _ shapes: [Shape], _ output: Shape, _ body: ([Double]) -> Double
  ) -> [Double] {
    map(output) { at in
      body(
        zip(x, shapes).map { values, shape in
          var index = 0
          for axis in 0..<shape.rank {
            let position = at[axis + output.rank - shape.rank]
            index = index * shape[axis] + (shape[axis] == 1 ? 0 : position)
          }
          return values[index]
        })
    }
  }
}
