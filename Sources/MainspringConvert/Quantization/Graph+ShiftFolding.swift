// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// Batch normalizations between a rectified layer and a convolution of sequences taken apart:
  /// factors go into the weights before, shifts into the bias behind.
  ///
  /// A rectifier commutes with positive factors, pooling with shifts as well. At its border the
  /// convolution meets zeros, which now are minus the shift: constant rows stand before and after
  /// the sequence. The integers of a value between the two layers are rounded once instead of
  /// twice, by what was the most sensitive step of a gesture model.
  ///
  /// - Throws: `GraphError` when a shape does not hold.
  func foldingShifts() throws(GraphError) -> Graph {
    let folds = ShiftFold.all(in: self)
    if folds.isEmpty { return self }
    var copy = GraphCopy(self)
    for (index, node) in nodes.enumerated() {
      if let fold = folds.first(where: { $0.writer == index }) {
        try copy.copy(node, as: fold.scaledWriter)
      } else if folds.contains(where: { $0.affine == index }) {
        copy.replace(node.output, with: copy.value(node.inputs[0]))
      } else if let fold = folds.first(where: { $0.reader == index }) {
        let name = values[node.output].name
        let result = try copy.convolve(
          fold.convolution, copy.value(node.inputs[0]), fold.shift, name)
        copy.replace(node.output, with: result)
      } else {
        try copy.copy(node)
      }
    }
    return try copy.finish()
  }
}

/// One batch normalization between two layers.
private struct ShiftFold {
  let writer: Int
  let affine: Int
  let reader: Int
  let scaledWriter: Operator
  let convolution: Convolution
  let shift: [Float]

  static func all(in graph: Graph) -> [ShiftFold] {
    let uses = GraphUses(graph)
    return graph.nodes.indices.compactMap { ShiftFold($0, graph, uses) }
  }

  private init?(_ index: Int, _ graph: Graph, _ uses: GraphUses) {
    let node = graph.nodes[index]
    guard case .scaleShift(let affine) = node.operation, let scale = affine.scale.floats,
      let shift = affine.shift.floats, scale.allSatisfy({ $0 > 0 && $0.isFinite }),
      shift.allSatisfy(\.isFinite), uses.counts[node.inputs[0]] == 1,
      let writer = graph.nodes.firstIndex(where: { $0.output == node.inputs[0] }),
      let scaled = graph.nodes[writer].operation.scalingOutputs(scale),
      let reader = ShiftFold.reader(of: node.output, graph, uses),
      case .convolution(let convolution) = graph.nodes[reader].operation,
      convolution.weights.shape[3] == shift.count, convolution.weights.floats != nil
    else { return nil }
    self.writer = writer
    self.affine = index
    self.reader = reader
    scaledWriter = scaled
    self.convolution = convolution
    self.shift = shift
  }

  /// The convolution that alone reads the value, pooled or as it is.
  private static func reader(of value: ValueID, _ graph: Graph, _ uses: GraphUses) -> Int? {
    var value = value
    while uses.counts[value] == 1, let next = uses.consumers[value].first {
      let node = graph.nodes[next]
      switch node.operation {
      case .pool(let x) where x.activation == .none: value = node.output
      case .convolution(let x):
        let input = graph.shape(of: value)
        return x.groups == 1 && x.size.height == 1 && input[1] == 1 && x.stride.height == 1
          ? next : nil
      default: return nil
      }
    }
    return nil
  }
}

extension GraphCopy {
  /// The convolution of x + shift, zeros around it, as one of x.
  fileprivate mutating func convolve(
    _ x: Convolution, _ operand: ValueID, _ shift: [Float], _ name: String
  ) throws(GraphError) -> ValueID {
    let input = result.shape(of: operand)
    var rows = [operand]
    var convolution = x
    do throws(ShapeError) {
      let axis = try x.window(over: input).width
      for (place, count) in [(0, axis.before), (rows.count, axis.after)] where count > 0 {
        let shape = try Shape([input[0], 1, count, shift.count])
        let border = (0..<shape.elementCount).map { -shift[$0 % shift.count] }
        let id = addConstant(
          name: name + (place == 0 ? "/before" : "/after"), Tensor(shape: shape, floats: border))
        if place == 0 { rows.insert(id, at: 0) } else { rows.append(id) }
      }
      convolution.bias = try Tensor(vector: x.bias(with: shift))
    } catch {
      throw .shape(node: name, error)
    }
    convolution.padding = .valid
    if rows.count > 1 {
      rows = [try add(.concatenate(Concatenate(axis: 2)), to: rows, name: name + "/bordered")]
    }
    return try add(.convolution(convolution), to: rows, name: name)
  }
}

extension Convolution {
  /// The bias plus what a shift of each channel adds everywhere.
  fileprivate func bias(with shift: [Float]) -> [Float] {
    let weights = weights.floats ?? []
    let size = weights.count / filters
    return (0..<filters).map { filter in
      var sum = Double(bias?.floats?[filter] ?? 0)
      for index in 0..<size {
        sum += Double(weights[filter * size + index]) * Double(shift[index % shift.count])
      }
      return Float(sum)
    }
  }
}
