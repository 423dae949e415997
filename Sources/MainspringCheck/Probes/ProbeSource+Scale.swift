// SPDX-License-Identifier: Apache-2.0

import Glibc

extension ProbeSource {
  /// Whether windows have the size that a scaler gives them: a root mean square near 1.
  ///
  /// - Parameter isScaled: they went through a scaler; a warning is enough otherwise, as a model may
  ///   have been trained on other units.
  /// - Returns: nil without windows, or when they have.
  func scaleFault(isScaled: Bool) -> Finding? {
    let count = self.count(of: .windows, wanted: 500)
    guard count > 0 else { return nil }
    var logarithms = 0.0
    var channelCount = 0
    for input in layouts.indices {
      let channels = layouts[input].channels
      var squares = [Double](repeating: 0, count: channels)
      for index in 0..<count {
        for (position, value) in probe(.windows, index, of: count)[input].enumerated() {
          squares[position % channels] += Double(value) * Double(value)
        }
      }
      // A channel that is silent says nothing about its scale.
      for square in squares where square > 0 {
        logarithms += log(square / Double(count * layouts[input].rows)) / 2
        channelCount += 1
      }
    }
    guard channelCount > 0 else { return nil }
    let size = exp(logarithms / Double(channelCount))
    guard size > Thresholds.inputScale || size < 1 / Thresholds.inputScale else { return nil }
    let text = """
      windows: expected a size near 1\(isScaled ? " behind the scaler" : ""), found \
      \(Float((size * 1000).rounded() / 1000)) (root mean square, geometric mean over channels)
      """
    return Finding(isScaled ? .degraded : nil, text, stage: .input)
  }
}
