// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringConvert

@Suite struct DynamicRangeTests {
  @Test func largeWeightsBecomeIntegersAndTheRestStays() throws {
    var random = SplitMix64(seed: 1)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 40]))
    let first = try graph.add(try random.dense(40, 128), to: x, name: "first")
    let second = try graph.add(try random.dense(128, 8), to: first, name: "second")
    let third = try graph.add(try random.dense(8, 4), to: second, name: "third")
    try graph.addOutput(third)
    let model = try graph.dynamicRange(QuantizationPlan(.dynamic, for: graph))
    // 5,120 weights see the input, 1,024 do not, 32 are too few.
    #expect(model.precisions == [.dynamic, .dynamic, .float32])
    guard case .dense(let dense)? = model.graph.node("second")?.operation else { return }
    #expect(dense.weights.quantization?.scales.count == 1)
    #expect(dense.asymmetricInputs && dense.bias?.elementType == .float32)
    #expect(model.graph.type("second") == .float32)
    let perUnit = QuantizationPlan(.dynamic, for: graph, scalesDenseUnits: true)
    guard case .dense(let finer)? = try graph.dynamicRange(perUnit).graph.node("second")?.operation
    else { return }
    #expect(finer.weights.quantization?.scales.count == 8)
  }

  @Test func aSmallFirstLayerStaysFloat() throws {
    var random = SplitMix64(seed: 2)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 64]))
    let flat = try graph.add(.reshape(Reshape(to: try Shape([1, 64]))), to: x, name: "flat")
    let first = try graph.add(try random.dense(64, 32), to: flat, name: "first")
    try graph.addOutput(try graph.add(try random.dense(32, 64), to: first, name: "second"))
    let model = try graph.dynamicRange(QuantizationPlan(.dynamic, for: graph))
    #expect(model.precisions == [.float32, .float32, .dynamic])
  }

  /// The columns of an LSTM's weights differ by a factor of a hundred, as a folded batch
  /// normalization leaves them.
  @Test func columnsOfAnLSTMAreBroughtToOneMagnitude() throws {
    var random = SplitMix64(seed: 3)
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 1, 12, 3]))
    let features = try graph.add(try random.convolution(3, 32, .relu), to: x, name: "conv")
    let flat = try graph.add(
      .reshape(Reshape(to: try Shape([1, 12, 32]))), to: features, name: "flat")
    var cell = try random.lstm(32, 16)
    let columns = (cell.inputWeights.floats ?? []).enumerated().map { index, value in
      value * (index % 32 < 4 ? 4 : 0.04)
    }
    cell.inputWeights = Tensor(shape: cell.inputWeights.shape, floats: columns)
    try graph.addOutput(try graph.add(.lstm(cell), to: flat, name: "lstm"))

    let plan = QuantizationPlan(.dynamic, for: graph, scalesDenseUnits: true)
    let none = [Bounds?](repeating: nil, count: graph.values.count)
    let unknown = Ranges(chosen: none, seen: none)
    let even = try ColumnEqualization(plan).applied(to: graph, unknown).0
    let windows = try random.windows(graph, count: 20)
    let comparison = try ModelComparison(graph, windows)
    #expect(try comparison.agreement(of: even).largestDifference < 1e-5)
    guard case .lstm(let scaled)? = even.node("lstm")?.operation else { return }
    var magnitudes = [Float](repeating: 0, count: 32)
    for (index, value) in (scaled.inputWeights.floats ?? []).enumerated() {
      magnitudes[index % 32] = max(magnitudes[index % 32], abs(value))
    }
    #expect((magnitudes.max() ?? 0) / (magnitudes.min() ?? 1) < 1.01)

    let plain = try Quantizer(graph, unknown, plan).quantized()
    let better = try comparison.agreement(of: try graph.dynamicRange(plan).graph)
    #expect(better.scoreError < 0.5 * (try comparison.agreement(of: plain)).scoreError)
  }
}
