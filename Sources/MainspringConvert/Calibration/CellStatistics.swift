// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph

/// What was seen inside an LSTM.
struct CellStatistics: Sendable {
  /// The largest magnitude of the cell.
  private(set) var cell: Float = 0
  /// The largest magnitude of what goes into the gates' functions.
  private(set) var gate: Float = 0
  private let units: Int
  private let clip: Float
  private var state: [Float]

  /// - Precondition: gates are logistic, the candidate is tanh.
  init(_ cell: LSTM) {
    units = cell.units
    clip = cell.cellClip
    state = [Float](repeating: 0, count: cell.units)
  }

  /// Follows the cell through a window.
  ///
  /// - Parameters:
  ///   - input: W·x + b, `[time × 4·units]`
  ///   - recurrent: U·h, `[time × 4·units]`; step t − 1 belongs to step t
  mutating func add(_ input: [Float], _ recurrent: [Float]) {
    for unit in 0..<units { state[unit] = 0 }
    let width = 4 * units
    for step in 0..<input.count / width {
      for unit in 0..<units {
        let i = logistic(z(input, recurrent, step, unit))
        let f = logistic(z(input, recurrent, step, units + unit))
        let g = tanhf(z(input, recurrent, step, 2 * units + unit))
        _ = z(input, recurrent, step, 3 * units + unit)
        var c = f * state[unit] + i * g
        if clip > 0 { c = min(max(c, -clip), clip) }
        state[unit] = c
        cell = max(cell, abs(c))
      }
    }
  }

  private mutating func z(
    _ input: [Float], _ recurrent: [Float], _ step: Int, _ column: Int
  ) -> Float {
    let width = 4 * units
    var sum = input[step * width + column]
    if step > 0 { sum += recurrent[(step - 1) * width + column] }
    gate = max(gate, abs(sum))
    return sum
  }

  private func logistic(_ x: Float) -> Float { 1 / (1 + expf(-x)) }
}
