// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Graphs of single layers with weights: shapes at the edges of vectors and tiles.
enum LayerSamples {
  static func dense(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 11, half: half)
    var samples: [Sample] = []
    let activations: [FusedActivation] = [.none, .relu, .relu6, .reluN1To1]
    for (index, units) in [1, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 130, 256, 300].enumerated() {
      for rows in [1, 2, 5, 6, 7, 13, 14, 15, 27] {
        let features = [1, 3, 8, 30][(index + rows) % 4]
        let bias = rows % 2 == 0 ? nil : try w(units)
        let op = Dense(
          weights: try w(units, features), bias: bias, activation: activations[index % 4])
        samples.append(
          try Sample("Dense \(rows)x\(features) to \(units)", .dense(op), [[rows, features]]))
      }
    }
    let deep = Dense(weights: try w(3, 4), bias: try w(3))
    samples.append(try Sample("Dense of rank 4", .dense(deep), [[2, 3, 2, 4]]))
    let vector = Dense(weights: try w(3, 4), bias: nil)
    samples.append(try Sample("Dense of rank 1", .dense(vector), [[4]]))
    let none = Dense(weights: try w(3, 0), bias: try w(3))
    samples.append(try Sample("Dense without features", .dense(none), [[2, 0]]))
    return samples
  }

  static func convolutions(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 12, half: half)
    var samples: [Sample] = []
    // height, width, channels, filters, kernel height, width, stride, dilation, groups
    let cases: [(Int, Int, Int, Int, Int, Int, Extent2D, Extent2D, Int)] = [
      (1, 12, 6, 20, 1, 3, .one, .one, 1),
      (1, 50, 3, 17, 1, 5, Extent2D(height: 1, width: 2), .one, 1),
      (1, 20, 4, 9, 1, 3, .one, Extent2D(height: 1, width: 2), 1),
      (1, 20, 4, 9, 1, 1, Extent2D(height: 1, width: 3), .one, 1),
      (1, 16, 8, 12, 1, 3, .one, .one, 4),
      (1, 16, 6, 6, 1, 4, .one, Extent2D(height: 1, width: 3), 2),
      (7, 9, 3, 8, 3, 3, .one, .one, 1),
      (8, 7, 2, 5, 3, 2, Extent2D(height: 2, width: 3), .one, 1),
      (9, 9, 2, 33, 2, 3, .one, Extent2D(height: 3, width: 2), 1),
      (6, 6, 4, 6, 3, 3, Extent2D(height: 2, width: 1), .one, 2),
      (6, 5, 19, 19, 3, 3, .one, .one, 19),
      (6, 5, 3, 12, 2, 3, Extent2D(height: 2, width: 1), .one, 3),
      (1, 30, 16, 16, 1, 5, .one, Extent2D(height: 1, width: 2), 16),
      (5, 5, 1, 1, 2, 2, .one, .one, 1),
    ]
    for (index, c) in cases.enumerated() {
      for padding in [Padding.same, .valid] {
        for batch in [1, 3] {
          let op = Convolution(
            weights: try w(c.3, c.4, c.5, c.2 / c.8), bias: index % 3 == 0 ? nil : try w(c.3),
            stride: c.6, dilation: c.7, padding: padding, groups: c.8,
            activation: index % 2 == 0 ? .relu : .none)
          samples.append(
            try Sample(
              "Convolution \(index) \(padding) batch \(batch)", .convolution(op),
              [[batch, c.0, c.1, c.2]]))
        }
      }
    }
    let none = Convolution(weights: try w(4, 1, 3, 0), bias: try w(4), padding: .same)
    samples.append(
      try Sample("Convolution without channels", .convolution(none), [[1, 1, 5, 0]]))
    return samples
  }

  static func transposedConvolutions(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 13, half: half)
    var samples: [Sample] = []
    for (index, padding) in [Padding.same, .valid, .same, .valid].enumerated() {
      for stride in [1, 2, 3] {
        let size = Extent2D(height: index < 2 ? 1 : 3, width: 3)
        let strides = Extent2D(height: index < 2 ? 1 : stride, width: stride)
        let (height, width, filters) = (index < 2 ? 1 : 4, 6, [1, 5, 17][stride - 1])
        let output = Extent2D(
          height: padding == .same
            ? height * strides.height : (height - 1) * strides.height + size.height,
          width: padding == .same
            ? width * strides.width : (width - 1) * strides.width + size.width)
        let op = TransposedConvolution(
          weights: try w(filters, size.height, size.width, 4),
          bias: stride == 2 ? nil : try w(filters), stride: strides, padding: padding,
          outputSize: output, activation: stride == 3 ? .relu : .none)
        samples.append(
          try Sample(
            "TransposedConvolution \(padding) by \(stride), \(size.height) high",
            .transposedConvolution(op), [[2, height, width, 4]]))
      }
    }
    return samples
  }

  static let unitCounts: [Int] = [1, 3, 7, 8, 9, 16, 17, 40, 70]

  static func lstms(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 14, half: half)
    var samples: [Sample] = []
    let cells: [(Activation, Activation)] = [
      (.tanh, .sigmoid), (.tanh, .hardSigmoidKeras2), (.softsign, .hardSigmoid), (.relu, .sigmoid),
    ]
    for (index, units) in unitCounts.enumerated() {
      for time in [1, 2, 9] {
        let (activation, gate) = cells[(index + time) % 4]
        let features = 1 + (index * 3) % 7
        let op = LSTM(
          inputWeights: try w(4 * units, features),
          recurrentWeights: try w(4 * units, units, scale: 0.3),
          bias: try w(4 * units), activation: activation, recurrentActivation: gate,
          cellClip: time == 9 ? 0.5 : 0, returnsSequence: index % 2 == 0)
        samples.append(
          try Sample("LSTM \(units) over \(time)", .lstm(op), [[1, time, features]]))
        let usual = LSTM(
          inputWeights: try w(4 * units, features),
          recurrentWeights: try w(4 * units, units, scale: 0.3),
          bias: try w(4 * units), returnsSequence: index % 2 == 1)
        samples.append(
          try Sample("usual LSTM \(units) over \(time)", .lstm(usual), [[1, time, features]]))
      }
    }
    return samples
  }

  static func grus(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 15, half: half)
    var samples: [Sample] = []
    for (index, units) in unitCounts.enumerated() {
      for time in [1, 2, 9] {
        for after in [true, false] {
          let op = GRU(
            inputWeights: try w(3 * units, 5),
            recurrentWeights: try w(3 * units, units, scale: 0.3),
            inputBias: try w(3 * units), recurrentBias: after ? try w(3 * units) : nil,
            activation: index % 3 == 0 ? .elu(alpha: 0.5) : .tanh,
            recurrentActivation: index % 4 == 1 ? .hardSigmoidKeras2 : .sigmoid,
            returnsSequence: (index + time) % 2 == 0)
          samples.append(
            try Sample(
              "GRU \(units) over \(time), reset \(after ? "after" : "before")", .gru(op),
              [[1, time, 5]]))
        }
      }
    }
    return samples
  }

  static func simpleRNNs(half: Bool) throws -> [Sample] {
    var w = Weights(seed: 16, half: half)
    var samples: [Sample] = []
    for (index, units) in unitCounts.enumerated() {
      for time in [1, 2, 9] {
        let op = SimpleRNN(
          inputWeights: try w(units, 4), recurrentWeights: try w(units, units, scale: 0.2),
          bias: try w(units), activation: index % 2 == 0 ? .tanh : .relu,
          returnsSequence: time != 9)
        samples.append(
          try Sample("SimpleRNN \(units) over \(time)", .simpleRNN(op), [[1, time, 4]]))
      }
    }
    return samples
  }
}
