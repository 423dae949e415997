// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Operators in a random order with random settings, each reading the result before it.
struct RandomGraph {
  let seed: UInt64

  func make() throws -> Graph {
    var m = ModelMaker(seed: seed)
    let time = 4 + m.random.index(below: 12)
    var x = try m.input([1, time, 1 + m.random.index(below: 5)])
    for _ in 0..<3 + m.random.index(below: 8) { x = try step(x, &m) }
    return try m.finish(x)
  }

  /// `[1 × time × channels]` → `[1 × time' × channels']`
  private func step(_ x: ValueID, _ m: inout ModelMaker) throws -> ValueID {
    let shape = m.graph.shape(of: x)
    let (time, channels) = (shape[1], shape[2])
    let clamps: [FusedActivation] = [.none, .relu, .relu6, .reluN1To1]
    let clamp = clamps[m.random.index(below: clamps.count)]
    switch m.random.index(below: 14) {
    case 0: return try m.dense(1 + m.random.index(below: 6), x, clamp, hasBias: m.flip())
    case 1:
      let size = Extent2D(height: 1, width: 1 + m.random.index(below: min(time, 4)))
      let filters = 1 + m.random.index(below: 5)
      let image = try m.reshape(x, [1, 1, time, channels])
      let y = try m.convolution(
        filters, size, image, padding: m.flip() ? .same : .valid, activation: clamp)
      return try m.reshape(y, [1, m.graph.shape(of: y)[2], filters])
    case 2: return try m.lstm(1 + m.random.index(below: 4), x, returnsSequence: true)
    case 3:
      let begin = m.random.index(below: time)
      let slice = Slice(
        begin: [0, begin, 0], count: [1, 1 + m.random.index(below: time - begin), channels],
        stride: [1, 1, 1])
      return try m.add(.slice(slice), x)
    case 4:
      let last = m.random.index(below: time)
      let slice = Slice(
        begin: [0, last, channels - 1], count: [1, last / 2 + 1, channels], stride: [1, -2, -1])
      return try m.add(.slice(slice), x)
    case 5: return try m.add(.reverse(Reverse(axes: m.flip() ? [1] : [1, 2])), x)
    case 6:
      let pad = Pad(
        before: [0, m.random.index(below: 3), 0], after: [0, 1 + m.random.index(below: 3), 1],
        value: m.flip() ? 0 : m.random.float())
      return try m.add(.pad(pad), x)
    case 7:
      let both = try m.unary(.tanh, x)
      return try m.add(.concatenate(Concatenate(axis: 1 + m.random.index(below: 2))), x, both)
    case 8: return try m.binary(.subtract, x, m.constant(try m.weights([channels])), clamp)
    case 9: return try m.add(.softmax(Softmax()), x)
    case 10:
      let reduce = Reduce(kind: .maximum, axes: [1 + m.random.index(below: 2)], keepsAxes: true)
      return try m.add(.reduce(reduce), x)
    case 11: return try m.add(.transpose(Transpose(permutation: [0, 2, 1])), x)
    case 12: return try m.add(.parametricReLU(ParametricReLU(slope: try m.weights([channels]))), x)
    default: return try m.add(.tile(Tile(multiples: [1, 2, 1])), x)
    }
  }
}

extension ModelMaker {
  mutating func flip() -> Bool { random.index(below: 2) == 0 }
}
