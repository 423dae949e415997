// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

/// Graphs of single operators on integers, of shapes around the widths of vectors.
enum IntegerSamples {
  static let activations: [FusedActivation] = [.none, .relu, .relu6, .reluN1To1]

  static func products(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 71)
    var samples: [IntegerSample] = []
    let dense = [
      (1, 1, 1), (1, 5, 3), (3, 16, 7), (1, 64, 33), (2, 17, 16), (5, 100, 65), (1, 300, 12),
      (7, 31, 31), (1, 4, 130),
    ]
    for (index, (rows, features, units)) in dense.enumerated() {
      for scales in [1, units] {
        let (x, y) = (maker.type(element), maker.type(element, scale: Float(features) / 100))
        let weights = try maker.weights([units, features], scales: scales)
        let op = Dense(
          weights: weights, bias: index % 3 == 2 ? nil : try maker.bias(weights, x),
          activation: activations[index % 4])
        samples.append(
          try maker.sample(
            "Dense \(rows) \(features) \(units) \(scales)", .dense(op), [([rows, features], x)],
            result: y))
      }
    }
    for (index, window) in windows.enumerated() {
      for groups in Set([1, window.channels]) {
        for depth in window.filters % groups == 0 ? [1] : [] {
          let (x, y) = (maker.type(element), maker.type(element, scale: 0.3))
          let weights = try maker.weights(
            [
              window.filters * depth, window.size.height, window.size.width,
              window.channels / groups,
            ],
            scales: index % 4 == 0 ? 1 : window.filters)
          let op = Convolution(
            weights: weights, bias: index % 3 == 2 ? nil : try maker.bias(weights, x),
            stride: window.stride, dilation: window.dilation, padding: window.padding,
            groups: groups, activation: activations[index % 4])
          samples.append(
            try maker.sample(
              "Convolution \(index), \(groups) groups", .convolution(op),
              [([1 + index % 2, window.height, window.width, window.channels], x)], result: y))
        }
      }
    }
    return samples
  }

  struct Window {
    let height, width, channels, filters: Int
    let size: Extent2D
    var stride: Extent2D = .one
    var dilation: Extent2D = .one
    var padding: Padding = .same
  }

  static let windows: [Window] = [
    Window(
      height: 1, width: 10, channels: 3, filters: 8, size: Extent2D(height: 1, width: 3)),
    Window(
      height: 1, width: 12, channels: 4, filters: 4, size: Extent2D(height: 1, width: 4),
      stride: Extent2D(height: 1, width: 2)),
    Window(
      height: 1, width: 20, channels: 6, filters: 33, size: Extent2D(height: 1, width: 5),
      padding: .valid),
    Window(
      height: 6, width: 7, channels: 4, filters: 8, size: Extent2D(height: 3, width: 2),
      dilation: Extent2D(height: 2, width: 1)),
    Window(
      height: 5, width: 9, channels: 8, filters: 16, size: Extent2D(height: 2, width: 3),
      stride: Extent2D(height: 2, width: 2)),
    Window(
      height: 1, width: 30, channels: 17, filters: 17, size: Extent2D(height: 1, width: 3),
      dilation: Extent2D(height: 1, width: 3)),
    Window(
      height: 4, width: 4, channels: 64, filters: 64, size: Extent2D(height: 1, width: 1)),
    Window(
      height: 3, width: 8, channels: 2, filters: 66, size: Extent2D(height: 3, width: 3)),
  ]

  static func transposedConvolutions(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 72)
    var samples: [IntegerSample] = []
    let cases: [(Int, Int, Int, Int, Int, Int, Padding)] = [
      (1, 5, 3, 4, 3, 2, .same), (1, 6, 4, 5, 2, 2, .valid), (1, 4, 2, 7, 4, 1, .same),
      (1, 3, 17, 2, 3, 3, .valid),
    ]
    for (height, width, channels, filters, size, stride, padding) in cases {
      let (x, y) = (maker.type(element), maker.type(element, scale: 0.2))
      let weights = try maker.weights([filters, 1, size, channels], scales: filters)
      let output = padding == .same ? width * stride : (width - 1) * stride + size
      let op = TransposedConvolution(
        weights: weights, bias: try maker.bias(weights, x),
        stride: Extent2D(height: 1, width: stride), padding: padding,
        outputSize: Extent2D(height: height, width: output))
      samples.append(
        try maker.sample(
          "Transposed \(width) \(channels) \(filters)", .transposedConvolution(op),
          [([1, height, width, channels], x)], result: y))
    }
    return samples
  }

  static func lstms() throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 73)
    var samples: [IntegerSample] = []
    for (index, (time, features, units)) in [
      (1, 1, 1), (4, 3, 5), (9, 6, 16), (5, 17, 33), (12, 9, 64), (3, 32, 20), (6, 4, 31),
    ].enumerated() {
      let x = maker.type(.int8)
      let input = try maker.weights([4 * units, features], scales: 4)
      let hidden = Quantization(
        scale: maker.scale(0.005, 0.0078), zeroPoint: Int64(maker.random.index(below: 20)) - 10)
      // Files by TensorFlow may disagree about the scale of the state.
      let state =
        index % 2 == 0 ? hidden : Quantization(scale: maker.scale(0.005, 0.0078), zeroPoint: 3)
      let op = LSTM(
        inputWeights: input,
        recurrentWeights: try maker.weights([4 * units, units], scales: 4),
        bias: Tensor(
          shape: try Shape([4 * units]),
          elements: .int32(
            (0..<4 * units).map { _ in Int32(maker.random.index(below: 8000)) - 4000 })
        ), cellClip: index % 3 == 0 ? 0 : [10, 0.5][index % 2], returnsSequence: index % 3 != 1,
        integerState: IntegerLSTMState(
          state: state, hidden: hidden, cellScale: [0x1p-15, 0x1p-12, 0x1p-11, 0x1p-9][index % 4]))
      samples.append(
        try maker.sample(
          "LSTM \(time) \(features) \(units)", .lstm(op), [([1, time, features], x)],
          result: ValueType(.int8, state)))
    }
    return samples
  }

  static func pools(_ element: ElementType) throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 74)
    var samples: [IntegerSample] = []
    for (index, (size, stride, padding)) in [
      (Extent2D(height: 1, width: 2), Extent2D(height: 1, width: 2), Padding.valid),
      (Extent2D(height: 3, width: 3), .one, .same),
      (Extent2D(height: 2, width: 3), Extent2D(height: 2, width: 2), .same),
    ].enumerated() {
      for kind in [Pool.Kind.maximum, .average] {
        for channels in [1, 3, 16, 33] {
          let type = maker.type(element)
          let op = Pool(
            kind: kind, size: size, stride: stride, padding: padding,
            activation: activations[index])
          samples.append(
            try maker.sample(
              "\(kind) pool \(index) \(channels)", .pool(op), [([2, 5, 7, channels], type)],
              result: type))
        }
      }
    }
    return samples
  }
}
