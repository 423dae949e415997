// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Every model of a family can be quantized in every precision, and stays what it was.
@Suite struct RandomModelTests {
  @Test(arguments: 0..<40)
  func quantizedModelsStayCloseToTheirFloats(seed: Int) throws {
    var random = SplitMix64(seed: 1000 + UInt64(seed))
    let graph = try random.model().integerForm()
    let windows = try random.windows(graph, count: 24)
    let calibration = try Calibrator(graph).calibrate(windows, moments: true)
    let comparison = try ModelComparison(graph, windows)
    let ranges = calibration.ranges(.minMax)
    let scale = Double(ranges.seen[graph.outputs[0]]?.magnitude ?? 1)
    let bounds: [(NodePrecision, Double)] = [
      (.int8, 0.06), (.int16, 0.01), (.dynamic, 0.03), (.float32, 1e-6),
    ]
    for (precision, bound) in bounds {
      for ports in [QuantizationPlan.Ports.native, .float32] {
        let plan = QuantizationPlan(
          precision, for: graph, ports: ports, smallestDynamicWeight: 16)
        let model = try Quantizer(graph, ranges, plan).model()
        let agreement = try comparison.agreement(of: model.graph)
        #expect(agreement.meanDifference <= bound * scale, "seed \(seed), \(precision), \(ports)")
        if ports == .float32 {
          let ends = model.graph.inputs + model.graph.outputs
          #expect(ends.allSatisfy { model.graph.values[$0].type == .float32 })
        }
      }
    }
    let (equal, carried) = try ChannelEqualization(strength: 0.75).applied(to: graph, ranges)
    let equalized = try Quantizer(equal, carried, QuantizationPlan(.int8, for: equal)).quantized()
    let agreement = try comparison.agreement(of: equalized)
    #expect(agreement.meanDifference <= 0.06 * scale, "seed \(seed), equalized")
  }
}

extension SplitMix64 {
  /// Convolutions, pools, normalizations, LSTMs, dense layers and branches, one after the other.
  fileprivate mutating func model() throws -> Graph {
    var graph = Graph()
    var channels = 2 + index(below: 4)
    var length = 8 + 4 * index(below: 3)
    var x = graph.addInput(name: "x", shape: try Shape([1, 1, length, channels]))
    for layer in 0..<1 + index(below: 3) {
      let name = "layer\(layer)"
      switch index(below: 5) {
      case 0:
        let filters = 3 + index(below: 6)
        x = try graph.add(try convolution(channels, filters, .relu), to: x, name: name)
        channels = filters
      case 1:
        let affine = ScaleShift(
          scale: try tensor([channels], from: -2, to: 2), shift: try tensor([channels]))
        x = try graph.add(.scaleShift(affine), to: x, name: name)
      case 2:
        let size = Extent2D(height: 1, width: 2)
        let kind: Pool.Kind = index(below: 2) == 0 ? .maximum : .average
        let pool = Pool(kind: kind, size: size, stride: size, padding: .valid)
        x = try graph.add(.pool(pool), to: x, name: name)
        length /= 2
      case 3:
        x = try graph.add(
          try convolution(channels, channels, groups: channels, .relu6), to: x, name: name)
      default:
        let other = try graph.add(.unary(Unary(.tanh)), to: x, name: name + "/tanh")
        x = try graph.add(.binary(Binary(.add)), to: [x, other], name: name)
      }
    }
    let shape = try Shape([1, length, channels])
    x = try graph.add(.reshape(Reshape(to: shape)), to: x, name: "flat")
    if index(below: 2) == 0 {
      let units = 3 + index(below: 5)
      x = try graph.add(.lstm(try lstm(channels, units, sequence: false)), to: x, name: "lstm")
      channels = units
    } else {
      let mean = Reduce(kind: .mean, axes: [1], keepsAxes: false)
      x = try graph.add(.reduce(mean), to: x, name: "mean")
    }
    x = try graph.add(try dense(channels, 4), to: x, name: "dense")
    if index(below: 2) == 0 { x = try graph.add(.softmax(Softmax()), to: x, name: "softmax") }
    try graph.addOutput(x)
    return graph
  }
}
