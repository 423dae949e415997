// SPDX-License-Identifier: Apache-2.0

/// Inputs, what the float model answered to them, and how far the model in the file may be from it.
public struct GoldenVectors: Hashable, Sendable {
  /// Where the inputs come from, as the model takes them: scaled.
  public enum Inputs: Hashable, Sendable {
    /// Numbers of a generator; see ``GoldenVectors/values(of:inputs:)``.
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

  /// The elements of each input in one window.
  ///
  /// Seeded ones are those of SplitMix64 that starts at `seed`: window after window, input after
  /// input, element after element one step each, of which the upper 24 bits, divided by 2²⁴, say
  /// how far the element is from `low` to `high`.
  ///
  /// - Precondition: the window exists, and the vectors were checked against these inputs.
  /// - Complexity: O(elements of a window).
  public func values(of window: Int, inputs shapes: [Shape]) -> [[Float]] {
    var size = 0
    for shape in shapes { size += shape.elementCount }
    var place = window * size
    var result: [[Float]] = []
    for shape in shapes {
      let range = place..<(place + shape.elementCount)
      switch inputs {
      case .stored(let values): result.append(Array(values[range]))
      case .seeded(let seed, let low, let high):
        var values: [Float] = []
        values.reserveCapacity(range.count)
        for index in range {
          let share = Float(GoldenVectors.bits(of: seed, at: index) >> 40) * 0x1p-24
          values.append(low + (high - low) * share)
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
