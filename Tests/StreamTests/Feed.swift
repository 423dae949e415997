// SPDX-License-Identifier: Apache-2.0

import Mainspring
import _MainspringTestSupport

let millisecond: Int64 = 1_000_000
let second: Int64 = 1_000_000_000

/// What a test sensor measures: a straight line in time, so that every interpolation is known.
func line(_ channel: Int, at time: Int64) -> Float {
  let slope = Double(channel + 1) * 0.25
  // Twenty minutes to and fro: floats keep their digits, whatever the time.
  let phase = abs(time % (2400 * second) - 1200 * second)
  return Float(Double(channel) + slope * Double(phase) / 1e9)
}

/// A sample of a sensor of `channels`.
func sample(_ channels: Range<Int>, at time: Int64) -> [Float] {
  channels.map { line($0, at: time) }
}

/// A row as it came out of an aligner.
struct Row: Equatable {
  let time: Int64
  let starts: Bool
  let values: [Float]
}

extension SampleAligner {
  /// All rows that are there.
  mutating func rows() -> [Row] {
    var rows: [Row] = []
    while nextRow() {
      let span = rowValues
      var values: [Float] = []
      for index in 0..<span.count { values.append(span[index]) }
      rows.append(Row(time: rowTime, starts: rowStartsGrid, values: values))
    }
    return rows
  }

  mutating func insert(_ sensor: Int, _ time: Int64, _ values: [Float]) throws(StreamError) {
    try insert(sensor: sensor, time: time, values: values.span)
  }
}

/// The mean of each channel over a window, `[1, time, channels]` to `[1, channels]`.
func meanModel(time: Int, channels: Int) throws -> Graph {
  var graph = Graph()
  let x = graph.addInput(name: "x", shape: try Shape([1, time, channels]))
  let mean = try graph.add(
    .reduce(Reduce(kind: .mean, axes: [1], keepsAxes: false)), to: x, name: "mean")
  try graph.addOutput(mean)
  return graph
}

/// A decision, and what the model said.
struct Answer: Equatable {
  let decision: Decision
  let output: [Float]
}

extension Stream {
  /// All decisions that are there.
  mutating func answers() throws(StreamError) -> [Answer] {
    var answers: [Answer] = []
    while try advance() {
      let span = modelOutput
      var output: [Float] = []
      for index in 0..<span.count { output.append(span[index]) }
      answers.append(Answer(decision: decision, output: output))
    }
    return answers
  }
}
