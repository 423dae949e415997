// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Graphs of single operators without matrices.
enum ElementSamples {
  static func elements() throws -> [Sample] {
    var w = Weights(seed: 21, half: false)
    var samples: [Sample] = []
    let unaries: [(Unary.Function, ClosedRange<Float>)] = [
      (.relu, -2...2), (.relu6, -9...9), (.reluN1To1, -2...2), (.tanh, -6...6),
      (.logistic, -9...9), (.elu, -4...4), (.exp, -5...5), (.log, 0.001...9), (.abs, -2...2),
      (.negate, -2...2), (.square, -3...3), (.squareRoot, 0...9),
      (.reciprocalSquareRoot, 0.01...9), (.hardSwish, -5...5), (.leakyReLU(slope: 0.2), -2...2),
      (.gelu(approximate: false), -5...5), (.gelu(approximate: true), -5...5),
    ]
    for (function, range) in unaries {
      for count in [1, 7, 16, 37] {
        samples.append(
          try Sample("\(function) of \(count)", .unary(Unary(function)), [[count]], range: range))
      }
    }
    let binaries: [Binary.Function] = [
      .add, .subtract, .multiply, .divide, .maximum, .minimum, .squaredDifference,
    ]
    let pairs: [([Int], [Int])] = [
      ([37], [37]), ([2, 5, 3], [2, 5, 3]), ([4, 19], [19]), ([4, 19], [4, 1]), ([4, 19], []),
      ([], [4, 19]), ([], []), ([3, 1, 5], [1, 4, 1]), ([2, 1, 3, 1, 17], [1, 4, 1, 5, 1]),
      ([1, 7], [6, 1]), ([0, 3], [1, 3]),
    ]
    for (index, (a, b)) in pairs.enumerated() {
      for (number, function) in binaries.enumerated() {
        let op = Binary(function, activation: (index + number) % 3 == 0 ? .relu6 : .none)
        samples.append(
          try Sample("\(function) \(a) \(b)", .binary(op), [a, b], range: 0.5...3))
      }
      for condition in [Compare.Condition.less, .lessOrEqual, .greater, .greaterOrEqual] {
        samples.append(
          try Sample("\(condition) \(a) \(b)", .compare(Compare(condition)), [a, b]))
      }
    }
    for slope in [[3], [5, 3], [1], [5, 1], [2, 5, 3]] {
      let count = slope.reduce(1, *)
      let op = ParametricReLU(
        slope: Tensor(shape: try Shape(slope), floats: w.random.floats(count)))
      samples.append(try Sample("PReLU \(slope)", .parametricReLU(op), [[2, 5, 3]]))
    }
    for channels in [1, 5, 8, 16, 17, 40] {
      let op = ScaleShift(scale: try w(channels), shift: try w(channels))
      samples.append(
        try Sample("ScaleShift \(channels)", .scaleShift(op), [[1, 6, channels]]))
    }
    return samples
  }

  static func rows() throws -> [Sample] {
    var samples: [Sample] = []
    for channels in [1, 2, 5, 8, 15, 16, 17, 31, 100] {
      for beta in [1, 0.5, -2] as [Float] {
        samples.append(
          try Sample(
            "Softmax \(channels), beta \(beta)", .softmax(Softmax(beta: beta)), [[3, channels]],
            range: -20...20))
      }
      samples.append(
        try Sample("LogSoftmax \(channels)", .logSoftmax(LogSoftmax()), [[3, channels]]))
    }
    let reductions: [([Int], [Int])] = [
      ([2, 3, 4], [1]), ([2, 3, 4], [2]), ([2, 3, 4], [0]), ([2, 3, 4], [0, 2]),
      ([2, 3, 4], [0, 1, 2]), ([3, 40], [1]), ([1, 25, 64], [1]), ([2, 3, 4, 17], [1, 2]),
      ([2, 3], []), ([1, 1], [0]), ([5, 1, 19], [1, 2]), ([7], [0]), ([2, 0, 3], [0]),
    ]
    for (shape, axes) in reductions {
      for kind in [Reduce.Kind.mean, .sum, .maximum, .minimum] {
        for keeps in [true, false] {
          let op = Reduce(kind: kind, axes: axes, keepsAxes: keeps)
          samples.append(try Sample("\(kind) of \(shape) over \(axes)", .reduce(op), [shape]))
        }
      }
    }
    for kind in [Pool.Kind.maximum, .average] {
      for padding in [Padding.same, .valid] {
        for channels in [1, 8, 19] {
          for (height, width, size, stride) in [
            (1, 11, Extent2D(height: 1, width: 2), Extent2D(height: 1, width: 2)),
            (1, 11, Extent2D(height: 1, width: 3), Extent2D(height: 1, width: 1)),
            (6, 7, Extent2D(height: 3, width: 2), Extent2D(height: 2, width: 3)),
            (4, 4, Extent2D(height: 1, width: 1), Extent2D(height: 3, width: 3)),
          ] {
            let op = Pool(
              kind: kind, size: size, stride: stride, padding: padding,
              activation: channels == 8 ? .relu : .none)
            samples.append(
              try Sample(
                "\(kind) pool \(padding) \(height)x\(width)x\(channels)", .pool(op),
                [[2, height, width, channels]]))
          }
        }
      }
    }
    return samples
  }

  static func matrices() throws -> [Sample] {
    var samples: [Sample] = []
    let cases: [(rows: Int, depth: Int, columns: Int, left: [Int], right: [Int])] = [
      (1, 1, 1, [], []), (3, 4, 5, [2], [2]), (7, 9, 17, [], []), (15, 3, 40, [3], [1]),
      (2, 5, 3, [2, 1], [1, 4]), (4, 4, 8, [], [3]), (2, 0, 3, [], []),
    ]
    for c in cases {
      for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
        let op = MatMul(transposesLeft: left, transposesRight: right)
        let a = c.left + (left ? [c.depth, c.rows] : [c.rows, c.depth])
        let b = c.right + (right ? [c.columns, c.depth] : [c.depth, c.columns])
        samples.append(try Sample("MatMul \(a) \(b) \(left) \(right)", .matMul(op), [a, b]))
      }
    }
    return samples
  }

  static func movements() throws -> [Sample] {
    var samples: [Sample] = []
    for (shape, permutation) in [
      ([3, 4], [1, 0]), ([2, 3, 4], [2, 0, 1]), ([2, 3, 4], [0, 2, 1]),
      ([2, 1, 4, 1], [3, 2, 1, 0]),
      ([5], [0]), ([], []), ([2, 0, 3], [2, 1, 0]), ([2, 3, 4, 5], [0, 1, 3, 2]),
    ] {
      samples.append(
        try Sample(
          "Transpose \(shape) by \(permutation)",
          .transpose(Transpose(permutation: permutation)), [shape]))
    }
    let slices: [([Int], [Int], [Int], [Int])] = [
      ([10], [2], [5], [1]), ([10], [9], [4], [-3]), ([4, 6], [1, 0], [2, 3], [2, 2]),
      ([4, 6], [3, 5], [4, 1], [-1, 7]), ([4, 6], [0, 0], [0, 6], [1, 1]), ([], [], [], []),
      ([3, 4, 5], [0, 1, 0], [3, 2, 5], [1, 1, 1]), ([4], [2], [1], [Int.min]),
    ]
    for (shape, begin, count, stride) in slices {
      samples.append(
        try Sample(
          "Slice \(shape) from \(begin)",
          .slice(Slice(begin: begin, count: count, stride: stride)), [shape]))
    }
    for (axis, shapes) in [
      (0, [[2, 3], [4, 3]]), (1, [[2, 3], [2, 1], [2, 17]]), (2, [[1, 5, 2], [1, 5, 3]]),
      (1, [[2, 0], [2, 3]]), (0, [[4]]), (1, [[3, 1], [3, 1]]),
    ] {
      samples.append(
        try Sample("Concatenate \(shapes)", .concatenate(Concatenate(axis: axis)), shapes))
    }
    for (shape, before, after) in [
      ([5], [2], [0]), ([1, 4, 3], [0, 2, 0], [0, 1, 0]), ([2, 3], [1, 1], [0, 2]),
      ([0, 3], [2, 0], [1, 0]), ([], [], []),
    ] {
      samples.append(
        try Sample(
          "Pad \(shape)", .pad(Pad(before: before, after: after, value: -1.5)), [shape]))
    }
    for (shape, multiples) in [
      ([3], [4]), ([2, 3], [1, 2]), ([2, 3], [3, 1]), ([1, 5, 1], [2, 1, 3]),
    ] {
      samples.append(
        try Sample("Tile \(shape) by \(multiples)", .tile(Tile(multiples: multiples)), [shape]))
    }
    for axes in [[0], [1], [0, 1, 2], []] {
      samples.append(
        try Sample("Reverse \(axes)", .reverse(Reverse(axes: axes)), [[2, 3, 4]]))
    }
    samples.append(try Sample("Reverse nothing", .reverse(Reverse(axes: [0])), [[0, 4]]))
    return samples
  }
}
