// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringRuntime
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Quantized models with what our runtime makes of them: `tools/interop.py` runs the same files
/// with the reference kernels, whose integers must be these, bit for bit.
@Suite(.enabled(if: Location.environment("MAINSPRING_INTEROP") != nil))
struct IntegerInteropTests {
  @Test(arguments: 0..<240)
  func writesFullIntegerModels(seed: Int) throws {
    try write(.int8, seed: seed)
  }

  @Test(arguments: 0..<120)
  func writesModelsOfLoopsOnIntegers(seed: Int) throws {
    try write(.int8, seed: seed, isStepped: true)
  }

  @Test(arguments: 0..<60)
  func writesModelsOfLoopsOnSixteenBits(seed: Int) throws {
    try write(.int16, seed: seed, isStepped: true)
  }

  @Test(arguments: 0..<15)
  func writesModelsOfUnrolledIntegers(seed: Int) throws {
    try write(.int8, seed: seed, isStepped: true, .unrolled)
  }

  @Test(arguments: 0..<45)
  func writesModelsOfSixteenBitActivations(seed: Int) throws {
    try write(.int16, seed: seed)
  }

  @Test(arguments: 0..<40)
  func writesDynamicRangeModels(seed: Int) throws {
    try write(.dynamic, seed: seed)
  }

  @Test(arguments: 0..<60)
  func writesDynamicRangeLoops(seed: Int) throws {
    try write(.dynamic, seed: seed, isStepped: true)
  }

  private func write(
    _ precision: NodePrecision, seed: Int, isStepped: Bool = false,
    _ recurrent: EncodingOptions.Recurrent = .fused
  ) throws {
    let folder = try #require(Location.environment("MAINSPRING_INTEROP"))
    let graph =
      isStepped
      ? try RandomIntegerModel.makeStepped(seed: seed) : try RandomIntegerModel.make(seed: seed)
    var random = SplitMix64(seed: UInt64(seed))
    let windows = try random.windows(graph, count: 16)
    let ranges = try Calibrator(graph).calibrate(windows, moments: true).ranges(
      .percentile(99.9))
    let plan = QuantizationPlan(precision, for: graph, smallestDynamicWeight: 24)
    let model = try Quantizer(graph, ranges, plan).quantized()
    let file = try convert(model, options: EncodingOptions(recurrent: recurrent))
    let kind = recurrent == .unrolled ? "unrolled_" : isStepped ? "loop_" : ""
    // TensorFlow Lite Micro runs these loops, not all of them unrolled; its RELU6 does not rescale.
    let isMicro =
      isStepped && precision == .int8 && recurrent == .fused
      && !graph.nodes.contains { $0.operation.isReLU6 }
    let name =
      "\(folder)/\(isMicro ? "quantized" : "random")_\(kind)\(precision)_\(seed)"
    try writeFile("\(name).tflite", file)
    let read = try Graph(tflite: file.span.bytes)
    let (inputs, outputs) = try RawRunner(read).run(windows, count: 6)
    try writeFile("\(name).input_0.npy", inputs)
    try writeFile("\(name).output_0.npy", outputs)
  }
}

/// A model of one input and one output, on its own integers.
private struct RawRunner {
  let graph: Graph

  init(_ graph: Graph) { self.graph = graph }

  /// Arrays of NumPy, of the first windows.
  func run(_ windows: WindowSet, count: Int) throws -> (inputs: [UInt8], outputs: [UInt8]) {
    let plan = try Plan(graph)
    var session = Session(plan)
    let input = RawArray(graph.values[graph.inputs[0]])
    let output = RawArray(graph.values[graph.outputs[0]])
    var given: [UInt8] = []
    var found: [UInt8] = []
    for window in 0..<count {
      let floats = Array(windows.elements(of: 0, window: window))
      try session.setInput(0, floats.span)
      session.run()
      given += input.bytes(of: floats)
      // Exact: an integer times a scale, and the scale is known.
      var results = [Float](repeating: 0, count: graph.shape(of: graph.outputs[0]).elementCount)
      var span = results.mutableSpan
      try session.copyOutput(0, into: &span)
      found += output.bytes(of: results)
    }
    return (input.header(count) + given, output.header(count) + found)
  }
}

/// A port's elements as a .npy file has them.
private struct RawArray {
  let value: Value

  init(_ value: Value) { self.value = value }

  func header(_ count: Int) -> [UInt8] {
    let kind =
      switch value.elementType {
      case .int8: "|i1"
      case .int16: "<i2"
      default: "<f4"
      }
    let shape = ([count] + value.shape.extents).map { "\($0)" }.joined(separator: ", ")
    var text = "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(shape)), }"
    text += String(repeating: " ", count: 127 - 10 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8)
  }

  func bytes(of floats: [Float]) -> [UInt8] {
    guard let scale = value.quantization?.scale, let zero = value.quantization?.zeroPoint else {
      return floats.flatMap { float in
        (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> (8 * $0)) }
      }
    }
    let isByte = value.elementType == .int8
    let limit: Float = isByte ? 128 : 32768
    return floats.flatMap { float -> [UInt8] in
      let integer = Int(
        min(max((float / scale).rounded() + Float(zero), -limit), limit - 1))
      return isByte
        ? [UInt8(truncatingIfNeeded: integer)]
        : [UInt8(truncatingIfNeeded: integer), UInt8(truncatingIfNeeded: integer >> 8)]
    }
  }
}

extension Operator {
  fileprivate var isReLU6: Bool {
    if case .unary(let x) = self { x.function == .relu6 } else { false }
  }
}
