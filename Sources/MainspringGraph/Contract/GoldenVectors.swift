// SPDX-License-Identifier: Apache-2.0

/// Inputs, what the float model answered to them, and how far the model in the file may be from it.
public struct GoldenVectors: Hashable, Sendable {
  /// Where the inputs come from, as the model takes them: scaled.
  public enum Inputs: Hashable, Sendable {
    /// Numbers of a generator from `low` to `high`, in channels with a range as shares of that; see
    /// ``ModelContract/goldenInputs(of:shapes:)``.
    case seeded(seed: UInt64, low: Float, high: Float)
    /// Window after window, in each input after input.
    case stored([Float])
  }

  public var inputs: Inputs
  public var windowCount: Int
  /// Window after window, in each output after output.
  public var outputs: [Float]
  /// How far an element may be from the one expected.
  public var tolerance: Float

  public init(inputs: Inputs, windowCount: Int, outputs: [Float], tolerance: Float) {
    self.inputs = inputs
    self.windowCount = windowCount
    self.outputs = outputs
    self.tolerance = tolerance
  }

  /// A self-test is short.
  public static let maximumWindowCount: Int = 16
  /// Floats of all windows together.
  public static let maximumElementCount: Int = 1 << 20
}

extension ModelContract {
  /// The elements of each input in one window of the ``golden`` vectors; empty without any.
  ///
  /// Seeded ones are those of SplitMix64 that starts at the seed: window after window, input after
  /// input, element after element one step each, of which the upper 24 bits, divided by 2²⁴, say
  /// how far u is from `low` to `high`. The element is u or, in a channel with a range, how far u
  /// says from the lower to the upper bound: 0 to 1 is the whole range.
  ///
  /// - Precondition: the window exists, and the contract was checked against these inputs.
  /// - Complexity: O(elements of a window).
  public func goldenInputs(of window: Int, shapes: [Shape]) -> [[Float]] {
    guard let golden else { return [] }
    var size = 0
    for shape in shapes { size += shape.elementCount }
    var place = window * size
    var result: [[Float]] = []
    for (input, shape) in shapes.enumerated() {
      let range = place..<(place + shape.elementCount)
      switch golden.inputs {
      case .stored(let values): result.append(Array(values[range]))
      case .seeded(let seed, let low, let high):
        let ranges = inputs.isEmpty ? [] : inputs[input].ranges
        var values: [Float] = []
        values.reserveCapacity(range.count)
        for index in range {
          let share = Float(ModelContract.bits(of: seed, at: index) >> 40) * 0x1p-24
          let value = low + (high - low) * share
          guard !ranges.isEmpty else {
            values.append(value)
            continue
          }
          let range = ranges[(index - place) % ranges.count]
          values.append(range.lowerBound + (range.upperBound - range.lowerBound) * value)
        }
        result.append(values)
      }
      place = range.upperBound
    }
    return result
  }

  /// What SplitMix64 gives in step `index`.
  private static func bits(of seed: UInt64, at index: Int) -> UInt64 {
    var z = seed &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
