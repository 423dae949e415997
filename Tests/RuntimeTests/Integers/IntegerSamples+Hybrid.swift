// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import _MainspringTestSupport

extension IntegerSamples {
  /// Operators whose kernels approximate a function in integers: how far from it they may be.
  static func approximations() throws -> [(sample: IntegerSample, steps: Double)] {
    var maker = IntegerMaker(seed: 81)
    var samples: [(IntegerSample, Double)] = []
    for scale in [0x1p-12, 0x1p-11, 0.0003, 0.001, 0.00002] as [Float] {
      for function in [Unary.Function.logistic, .tanh] {
        samples.append(
          (
            try maker.sample(
              "\(function) \(scale)", .unary(Unary(function)), [([300], .int16(scale: scale))],
              result: .int16(scale: 0x1p-15)), 4
          ))
      }
    }
    for channels in [1, 2, 5, 17, 40] {
      for scale in [0.00001, 0.0003, 0.004] as [Float] {
        samples.append(
          (
            try maker.sample(
              "Softmax \(channels) \(scale)", .softmax(Softmax()),
              [([3, channels], .int16(scale: scale))], result: .int16(scale: 0x1p-15)), 100
          ))
      }
      for scale in [0.004, 0.05, 0.3] as [Float] {
        samples.append(
          (
            try maker.sample(
              "LogSoftmax \(channels) \(scale)", .logSoftmax(LogSoftmax()),
              [([3, channels], maker.type(.int8, scale: scale))],
              result: .int8(scale: 0x1p-4, zeroPoint: 127)), 1
          ))
      }
    }
    samples.append(
      (
        try maker.sample(
          "ReciprocalSquareRoot", .unary(Unary(.reciprocalSquareRoot)),
          [([300], .int8(scale: 0.07, zeroPoint: -128))],
          result: .int8(scale: 0.015, zeroPoint: -128)
        ), 1
      ))
    return samples
  }

  /// Layers on floats with weights of int8.
  static func hybrids() throws -> [IntegerSample] {
    var maker = IntegerMaker(seed: 82)
    var samples: [IntegerSample] = []
    for (rows, features, units) in [(1, 5, 3), (3, 33, 17), (2, 64, 20), (1, 1, 1)] {
      for scales in [1, units] {
        for asymmetric in [true, false] {
          let op = Dense(
            weights: try maker.weights([units, features], scales: scales),
            bias: try Tensor(vector: maker.random.floats(units)),
            activation: activations[features % 4], asymmetricInputs: asymmetric)
          samples.append(
            try maker.sample(
              "Hybrid dense \(features) \(units) \(scales) \(asymmetric)", .dense(op),
              [([rows, features], .float32)], result: .float32))
        }
      }
    }
    for (index, window) in windows.enumerated() {
      for groups in Set([1, window.channels]) where window.filters % groups == 0 {
        let op = Convolution(
          weights: try maker.weights(
            [window.filters, window.size.height, window.size.width, window.channels / groups],
            scales: groups == 1 && index % 2 == 0 ? 1 : window.filters),
          bias: try Tensor(vector: maker.random.floats(window.filters)), stride: window.stride,
          dilation: window.dilation, padding: window.padding, groups: groups,
          activation: activations[index % 4])
        samples.append(
          try maker.sample(
            "Hybrid convolution \(index), \(groups) groups", .convolution(op),
            [([1, window.height, window.width, window.channels], .float32)], result: .float32))
      }
    }
    for (time, features, units) in [(1, 1, 1), (4, 6, 5), (7, 17, 33), (3, 9, 16)] {
      for asymmetric in [true, false] {
        let op = LSTM(
          inputWeights: try maker.weights([4 * units, features], scales: 4),
          recurrentWeights: try maker.weights([4 * units, units], scales: 4),
          bias: try Tensor(vector: maker.random.floats(4 * units)), cellClip: 10,
          returnsSequence: units != 5, asymmetricInputs: asymmetric)
        samples.append(
          try maker.sample(
            "Hybrid LSTM \(units) \(asymmetric)", .lstm(op), [([1, time, features], .float32)],
            result: .float32))
      }
    }
    return samples
  }
}
