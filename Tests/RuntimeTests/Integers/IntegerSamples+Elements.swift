// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

extension IntegerSamples {
  static func unaries(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 75)
    var samples: [IntegerSample] = []
    var functions: [Unary.Function] = [.relu, .relu6, .leakyReLU(slope: 0.3), .abs]
    if element == .int8 {
      functions += [
        .reluN1To1, .tanh, .logistic, .elu, .exp, .log, .gelu(approximate: true), .hardSwish,
        .gelu(approximate: false), .leakyReLU(slope: -0.2), .leakyReLU(slope: 1.5),
      ]
    }
    for function in functions {
      for count in [1, 16, 300] {
        let x = maker.type(element)
        var y = maker.type(element)
        if function == .logistic { y = .int8(scale: 0x1p-8, zeroPoint: -128) }
        if function == .exp { y = maker.type(element, scale: 4) }
        samples.append(
          try maker.sample(
            "\(function) of \(count)", .unary(Unary(function)), [([count], x)], result: y))
      }
    }
    // Quotients of scales that leave exact halves to round.
    for scale in [0x1p-7, 0x1p-8, 0x1p-10] as [Float] {
      samples.append(
        try maker.sample(
          "abs by \(scale)", .unary(Unary(.abs)), [([300], maker.type(element, scale: scale))],
          result: maker.type(element, scale: 0x1p-6)))
    }
    return samples
  }

  static func binaries(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 76)
    var samples: [IntegerSample] = []
    let shapes: [([Int], [Int])] = [
      ([37], [37]), ([4, 19], [19]), ([4, 19], [4, 1]), ([4, 19], [1]), ([3, 1, 5], [1, 4, 1]),
      ([2, 5, 16], [2, 5, 16]),
    ]
    var functions: [Binary.Function] = [.add, .subtract, .multiply, .maximum, .minimum]
    if element == .int8 { functions += [.squaredDifference, .divide] }
    for (index, (a, b)) in shapes.enumerated() {
      for function in functions {
        let left = maker.type(element)
        var (right, y) = (maker.type(element), maker.type(element))
        if function == .maximum || function == .minimum { (right, y) = (left, left) }
        let clamps = ![.maximum, .minimum, .squaredDifference].contains(function)
        let op = Binary(function, activation: clamps ? activations[index % 4] : .none)
        samples.append(
          try maker.sample(
            "\(function) \(a) \(b)", .binary(op), [(a, left), (b, right)], result: y))
      }
      if element == .int8 {
        for condition in [Compare.Condition.less, .lessOrEqual, .greater, .greaterOrEqual] {
          samples.append(
            try maker.sample(
              "\(condition) \(a) \(b)", .compare(Compare(condition)),
              [(a, maker.type(element)), (b, maker.type(element))], result: ValueType(.bool)))
        }
      }
    }
    for slope in [[3], [5, 3], [1], [5, 1]] {
      let (x, y) = (maker.type(element), maker.type(element))
      let shape = try Shape(slope)
      let op = ParametricReLU(
        slope: Tensor(
          shape: shape, elements: .int8(maker.int8s(shape.elementCount)),
          quantization: Quantization(scale: 0.01, zeroPoint: element == .int8 ? 5 : 0)))
      samples.append(
        try maker.sample("PReLU \(slope)", .parametricReLU(op), [([2, 5, 3], x)], result: y))
    }
    return samples
  }

  static func rows(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 77)
    var samples: [IntegerSample] = []
    if element == .int8 {
      for channels in [1, 2, 5, 17, 100, 700] {
        for scale in [0.0005, 0.02, 0.1, 1.7, 3000] as [Float] {
          samples.append(
            try maker.sample(
              "Softmax \(channels) \(scale)", .softmax(Softmax(beta: channels == 5 ? 0.5 : 1)),
              [([3, channels], maker.type(element, scale: scale))],
              result: .int8(scale: 0x1p-8, zeroPoint: -128)))
        }
      }
    }
    let reductions: [([Int], [Int])] = [
      ([2, 3, 4], [1]), ([2, 3, 4], [2]), ([2, 3, 4], [0, 2]), ([2, 3, 4], [0, 1, 2]),
      ([1, 25, 64], [1]), ([2, 3, 4, 17], [1, 2]), ([2, 3], []), ([5, 300], [1]),
    ]
    for (shape, axes) in reductions {
      for kind in [Reduce.Kind.mean, .sum, .maximum, .minimum] {
        let x = maker.type(element)
        let isExtreme = kind == .maximum || kind == .minimum
        samples.append(
          try maker.sample(
            "\(kind) of \(shape) over \(axes)",
            .reduce(Reduce(kind: kind, axes: axes, keepsAxes: axes.count == 1)), [(shape, x)],
            result: isExtreme ? x : maker.type(element, scale: kind == .sum ? 0.9 : 0.04)))
      }
    }
    for (rows, depth, columns) in [(1, 1, 1), (3, 5, 4), (2, 33, 17)] {
      for (left, right) in [(false, false), (true, false), (false, true), (true, true)] {
        samples.append(
          try maker.sample(
            "MatMul \(rows) \(depth) \(columns)",
            .matMul(MatMul(transposesLeft: left, transposesRight: right)),
            [
              ([2] + (left ? [depth, rows] : [rows, depth]), maker.type(element)),
              ([2] + (right ? [columns, depth] : [depth, columns]), maker.type(element)),
            ], result: maker.type(element, scale: 0.4)))
      }
    }
    return samples
  }

  static func movements(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 78)
    let type = maker.type(element)
    let operations: [(Operator, [[Int]])] = [
      (.reshape(Reshape(to: try Shape([6, 4]))), [[2, 3, 4]]),
      (.transpose(Transpose(permutation: [2, 0, 1])), [[2, 3, 17]]),
      (.slice(Slice(begin: [1, 4], count: [2, 3], stride: [1, -2])), [[4, 7]]),
      (.concatenate(Concatenate(axis: 1)), [[3, 2, 5], [3, 7, 5], [3, 1, 5]]),
      (.pad(Pad(before: [1, 0, 2], after: [0, 3, 1])), [[2, 3, 5]]),
      (.pad(Pad(before: [1], after: [2], value: 0.25)), [[7]]),
      (.tile(Tile(multiples: [2, 1, 3])), [[2, 3, 5]]),
      (.reverse(Reverse(axes: [1])), [[2, 9, 5]]),
    ]
    return try operations.map { operation, shapes in
      try maker.sample(operation.name, operation, shapes.map { ($0, type) }, result: type)
    }
  }

  static func quantizations() throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 79)
    var samples: [IntegerSample] = []
    for from in [ElementType.float32, .int8, .int16] {
      for to in [ElementType.float32, .int8, .int16] where from != .float32 || to != .float32 {
        for count in [1, 100] {
          let x = from == .float32 ? .float32 : maker.type(from)
          let y = to == .float32 ? .float32 : maker.type(to)
          let operation: Operator =
            to == .float32 ? .dequantize(Dequantize()) : .quantize(Quantize())
          samples.append(
            try maker.sample("\(from) as \(to)", operation, [([count], x)], result: y))
        }
      }
    }
    return samples
  }
}
