// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct CalibratorTests {
  @Test func recordsTheRangeOfEveryValue() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 3]))
    let two = graph.addConstant(name: "two", Tensor(scalar: 2))
    let doubled = try graph.add(.binary(Binary(.multiply)), to: [x, two], name: "doubled")
    try graph.addOutput(try graph.add(.unary(Unary(.relu)), to: doubled, name: "relu"))
    let windows = try random.windows(graph, count: 50)
    let ranges = try Calibrator(graph).calibrate(windows).ranges(.minMax)
    let elements = (0..<50).flatMap { Array(windows.elements(of: 0, window: $0)) }
    let (least, most) = (elements.min() ?? 0, elements.max() ?? 0)
    #expect(ranges.chosen[x] == Bounds(lower: least, upper: most))
    #expect(ranges.chosen[doubled] == Bounds(lower: 2 * least, upper: 2 * most))
    #expect(ranges.chosen[doubled + 1] == Bounds(lower: 0, upper: 2 * most))
    #expect(ranges.chosen[two] == nil)
  }

  /// The cell is followed through the operator's float formula, written down once more.
  @Test(arguments: [true, false], [0, 0.25] as [Float])
  func followsTheCellOfAnLSTM(sequence: Bool, clip: Float) throws {
    var random = SplitMix64(seed: 2)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 7, 3]))
    let cell = try random.lstm(3, 4, sequence: sequence, clip: clip)
    let h = try graph.add(.lstm(cell), to: x, name: "lstm")
    try graph.addOutput(h)
    let windows = try random.windows(graph, count: 5)
    let calibration = try Calibrator(graph).calibrate(windows)
    let ranges = calibration.ranges(.minMax)
    var largestCell: Float = 0
    var largestGate: Float = 0
    var (least, most): (Float, Float) = (.infinity, -.infinity)
    for window in 0..<5 {
      let states = reference(cell, Array(windows.elements(of: 0, window: window)), steps: 7)
      largestCell = max(largestCell, states.cell)
      largestGate = max(largestGate, states.gate)
      least = min(least, states.hidden.min() ?? 0)
      most = max(most, states.hidden.max() ?? 0)
    }
    #expect(abs((ranges.cells[h] ?? 0) - largestCell) < 1e-5)
    #expect(calibration.gateMagnitudes.keys.sorted() == [h])
    #expect(abs((calibration.gateMagnitudes[h] ?? 0) - largestGate) < 1e-5)
    // All steps count, also where only the last is returned: the state goes through all of them.
    #expect(abs((ranges.chosen[h]?.lower ?? 0) - least) < 1e-5)
    #expect(abs((ranges.chosen[h]?.upper ?? 0) - most) < 1e-5)
  }

  private func reference(
    _ cell: LSTM, _ x: [Float], steps: Int
  ) -> (cell: Float, gate: Float, hidden: [Float]) {
    let (w, u, b) = (
      cell.inputWeights.floats ?? [], cell.recurrentWeights.floats ?? [], cell.bias.floats ?? []
    )
    let (units, features) = (cell.units, cell.inputWeights.shape[1])
    var h = [Double](repeating: 0, count: units)
    var c = h
    var largest = 0.0
    var gate = 0.0
    var hidden: [Float] = []
    for step in 0..<steps {
      let z = (0..<4 * units).map { row in
        var sum = Double(b[row])
        for k in 0..<features {
          sum += Double(w[row * features + k]) * Double(x[step * features + k])
        }
        for k in 0..<units { sum += Double(u[row * units + k]) * h[k] }
        return sum
      }
      for sum in z { gate = max(gate, abs(sum)) }
      let logistic = { (v: Double) in 1 / (1 + exp(-v)) }
      for unit in 0..<units {
        c[unit] =
          logistic(z[units + unit]) * c[unit] + logistic(z[unit]) * tanh(z[2 * units + unit])
        if cell.cellClip > 0 {
          c[unit] = min(max(c[unit], -Double(cell.cellClip)), Double(cell.cellClip))
        }
        h[unit] = logistic(z[3 * units + unit]) * tanh(c[unit])
        largest = max(largest, abs(c[unit]))
      }
      hidden += h.map { Float($0) }
    }
    return (Float(largest), Float(gate), hidden)
  }

  @Test func refusesWhatCannotBeCalibrated() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 2]))
    try graph.addOutput(try graph.add(.unary(Unary(.exp)), to: x, name: "exp"))
    let calibrator = try Calibrator(graph)
    #expect(throws: CalibrationError.noWindows(refused: 0)) {
      try calibrator.calibrate(WindowSet(for: graph))
    }
    var skipped = WindowSet(for: graph, skippingBad: true)
    try skipped.append([[.nan, 1]])
    #expect(throws: CalibrationError.noWindows(refused: 1)) { try calibrator.calibrate(skipped) }
    var large = WindowSet(for: graph)
    try large.append([[1, 2]])
    try large.append([[1, 200]])
    #expect(throws: CalibrationError.overflow(window: 1, value: "exp")) {
      try calibrator.calibrate(large)
    }
  }

  @Test func refusesAnInputThatIsAlwaysZero() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: .scalar)
    try graph.addOutput(try graph.add(.unary(Unary(.tanh)), to: x, name: "y"))
    var windows = WindowSet(for: graph)
    try windows.append([[0]])
    #expect(throws: CalibrationError.zeroRange(input: "x")) {
      try Calibrator(graph).calibrate(windows)
    }
  }

  @Test func refusesIntegerGraphs() throws {
    var graph = Graph()
    let type = ValueType.int8(scale: 1, zeroPoint: 0)
    let x = graph.addInput(
      name: "x", shape: try Shape([1, 2]), elementType: .int8, quantization: type.quantization)
    try graph.addOutput(x)
    #expect(throws: CalibrationError.notFloat(value: "x", .int8)) { try Calibrator(graph) }
  }

  @Test func warnsOfFewWindowsAndSilentValues() throws {
    var random = SplitMix64(seed: 3)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 4]))
    let low = graph.addConstant(name: "low", Tensor(scalar: -100))
    let shifted = try graph.add(
      .binary(Binary(.add, activation: .relu)), to: [x, low], name: "silent")
    try graph.addOutput(shifted)
    let calibrator = try Calibrator(graph)
    let few = try calibrator.calibrate(try random.windows(graph, count: 99))
    #expect(few.warnings.count == 2)
    #expect(few.warnings.contains { $0.contains("found 99") })
    #expect(few.warnings.contains { $0.contains("'silent' is zero") })
    let enough = try calibrator.calibrate(try random.windows(graph, count: 100))
    #expect(enough.warnings.count == 1)
  }

  @Test func tellsProgressOnceForEachWindow() throws {
    var random = SplitMix64(seed: 4)
    let graph = try random.gestureModel()
    let windows = try random.windows(graph, count: 7)
    var told: [Int] = []
    _ = try Calibrator(graph).calibrate(windows) { told.append($0) }
    #expect(told == Array(1...7))
  }
}
