// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Takes samples of a weighted operator's inputs out of what a window gave.
struct MomentSampler {
  private let operation: Operator
  private let input: Shape
  /// Every how many positions a sample is taken.
  private let stride: Int
  private(set) var moments: InputMoments
  private var sample: [Float]

  /// - Parameter windowCount: windows to come; the work on all of them is bounded by leaving
  ///   samples out.
  /// - Returns: nil for operators without weights to round, or with too many.
  init?(_ operation: Operator, input: Shape, output: Shape, windowCount: Int) {
    let width: Int
    var groups = 1
    var positions: Int
    switch operation {
    case .dense(let x):
      width = x.weights.shape[1]
      positions = output.rows
    case .convolution(let x):
      width = x.weights.shape.elementCount / max(x.filters, 1)
      groups = x.groups
      positions = output.rows
    case .lstm(let x):
      width = x.inputWeights.shape[1] + x.units
      positions = input[1]
    case .gru, .simpleRNN:
      width = input[2]
      positions = input[1]
    default: return nil
    }
    guard width > 0, width < InputMoments.largestSize, groups <= 4096 else { return nil }
    self.operation = operation
    self.input = input
    moments = InputMoments(size: width + 1, groups: groups)
    sample = [Float](repeating: 0, count: width * groups)
    // Some hundredths of a second for each operator.
    let work = Double(width * width * groups / 2 + width) * Double(positions * windowCount)
    stride = max(Int((work / 4e7).rounded(.up)), 1)
  }

  /// - Parameters:
  ///   - values: the operand's elements in this window.
  ///   - state: an LSTM's output of every step.
  mutating func add(_ values: [Float], state: [Float], window: Int) {
    switch operation {
    case .dense(let x):
      let width = x.weights.shape[1]
      for row in positions(values.count / width, window) {
        for column in 0..<width { sample[column] = values[row * width + column] }
        moments.add(sample)
      }
    case .lstm(let x):
      let width = x.inputWeights.shape[1]
      for step in positions(input[1], window) {
        for column in 0..<width { sample[column] = values[step * width + column] }
        for unit in 0..<x.units {
          sample[width + unit] = step == 0 ? 0 : state[(step - 1) * x.units + unit]
        }
        moments.add(sample)
      }
    case .gru, .simpleRNN:
      let width = input[2]
      for step in positions(input[1], window) {
        for column in 0..<width { sample[column] = values[step * width + column] }
        moments.add(sample)
      }
    case .convolution(let x):
      addPatches(x, values, window)
    default:
      break
    }
  }

  /// Positions of this window that are sampled; they shift from window to window.
  private func positions(_ count: Int, _ window: Int) -> [Int] {
    Array(Swift.stride(from: window % stride, to: count, by: stride))
  }

  private mutating func addPatches(_ x: Convolution, _ values: [Float], _ window: Int) {
    let height: WindowAxis
    let width: WindowAxis
    do throws(ShapeError) { (height, width) = try x.window(over: input) } catch { return }
    let area = height.output * width.output
    for position in positions(input[0] * area, window) {
      let image = position / area
      let top = position % area / width.output * x.stride.height - height.before
      let left = position % width.output * x.stride.width - width.before
      fillPatch(x, values, image, top, left)
      moments.add(sample)
    }
  }

  private mutating func fillPatch(
    _ x: Convolution, _ values: [Float], _ image: Int, _ top: Int, _ left: Int
  ) {
    let depth = x.weights.shape[3]
    let size = moments.size - 1
    for row in 0..<x.size.height {
      for column in 0..<x.size.width {
        let (i, j) = (top + row * x.dilation.height, left + column * x.dilation.width)
        let isInside = i >= 0 && i < input[1] && j >= 0 && j < input[2]
        let source = ((image * input[1] + i) * input[2] + j) * input[3]
        let target = (row * x.size.width + column) * depth
        for channel in 0..<input[3] {
          let place = channel / depth * size + target + channel % depth
          sample[place] = isInside ? values[source + channel] : 0
        }
      }
    }
  }
}
