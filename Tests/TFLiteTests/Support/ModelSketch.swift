// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Builds small models tensor by tensor.
struct ModelSketch {
  var model = TFLiteModel()
  private var current = 0

  init() { model.subgraphs = [TFLiteModel.Subgraph()] }

  /// Continues in a new subgraph.
  @discardableResult
  mutating func open(_ name: String) -> Int32 {
    var subgraph = TFLiteModel.Subgraph()
    subgraph.name = name
    model.subgraphs.append(subgraph)
    current = model.subgraphs.count - 1
    return Int32(current)
  }

  mutating func returnToMain() { current = 0 }

  mutating func tensor(
    _ name: String, _ shape: [Int32], _ type: TensorType = .float32, signature: [Int32] = []
  ) -> Int32 {
    var record = TFLiteModel.TensorRecord(name: name, shape: shape, type: type)
    record.shapeSignature = signature
    model.subgraphs[current].tensors.append(record)
    return Int32(model.subgraphs[current].tensors.count - 1)
  }

  mutating func input(
    _ name: String, _ shape: [Int32], _ type: TensorType = .float32, signature: [Int32] = []
  ) -> Int32 {
    let index = tensor(name, shape, type, signature: signature)
    model.subgraphs[current].inputs.append(index)
    return index
  }

  mutating func variable(_ name: String, _ shape: [Int32]) -> Int32 {
    let index = tensor(name, shape)
    model.subgraphs[current].tensors[Int(index)].isVariable = true
    return index
  }

  private mutating func constant(
    _ name: String, _ shape: [Int32], _ type: TensorType, _ bytes: [UInt8]
  ) -> Int32 {
    let index = tensor(name, shape, type)
    model.buffers.append(bytes)
    model.subgraphs[current].tensors[Int(index)].buffer = model.buffers.count - 1
    return index
  }

  mutating func floats(_ name: String, _ shape: [Int32], _ values: [Float]) -> Int32 {
    constant(name, shape, .float32, values.flatMap { bytes($0.bitPattern) })
  }

  mutating func ints(_ values: [Int32], shape: [Int32]? = nil) -> Int32 {
    constant("", shape ?? [Int32(values.count)], .int32, values.flatMap { bytes($0) })
  }

  mutating func int(_ value: Int32) -> Int32 { ints([value], shape: []) }

  /// A constant of integers with scales.
  mutating func integers<Element: FixedWidthInteger>(
    _ name: String, _ shape: [Int32], _ values: [Element], _ scales: [Float],
    zeroPoints: [Int64]? = nil, axis: Int32 = 0
  ) -> Int32 {
    let type: TensorType =
      switch Element.bitWidth {
      case 8: Element.isSigned ? .int8 : .uint8
      case 16: .int16
      case 32: .int32
      default: .int64
      }
    let index = constant(name, shape, type, values.flatMap { bytes($0) })
    quantize(
      index, scales, zeroPoints ?? [Int64](repeating: 0, count: scales.count), axis: axis)
    return index
  }

  mutating func quantize(_ tensor: Int32, _ scales: [Float], _ zeroPoints: [Int64], axis: Int32 = 0)
  {
    model.subgraphs[current].tensors[Int(tensor)].quantization =
      TFLiteModel.QuantizationRecord(scales: scales, zeroPoints: zeroPoints, axis: axis)
  }

  /// An int8 tensor that is computed.
  mutating func int8(
    _ name: String, _ shape: [Int32], _ scale: Float = 0.5, _ zeroPoint: Int64 = 3
  ) -> Int32 {
    let index = tensor(name, shape, .int8)
    quantize(index, [scale], [zeroPoint])
    return index
  }

  /// An int16 tensor that is computed.
  mutating func int16(_ name: String, _ shape: [Int32], _ scale: Float = 0.25) -> Int32 {
    let index = tensor(name, shape, .int16)
    quantize(index, [scale], [0])
    return index
  }

  /// The tensor as an input of the open subgraph.
  mutating func asInput(_ tensor: Int32) -> Int32 {
    model.subgraphs[current].inputs.append(tensor)
    return tensor
  }

  @discardableResult
  mutating func add(
    _ code: BuiltinOperator, _ inputs: [Int32], to outputs: [Int32], _ table: UInt8 = 0,
    _ fields: OptionsRecord.Field...
  ) -> Int {
    model.subgraphs[current].operators.append(
      TFLiteModel.OperatorRecord(
        code: code, inputs: inputs, outputs: outputs,
        options: OptionsRecord(table: table, fields: fields)))
    return model.subgraphs[current].operators.count - 1
  }

  /// A result of its own for one operator.
  mutating func add(
    _ code: BuiltinOperator, _ inputs: [Int32], _ shape: [Int32], _ type: TensorType = .float32,
    _ table: UInt8 = 0, _ fields: OptionsRecord.Field..., name: String = ""
  ) -> Int32 {
    let output = tensor(name, shape, type)
    model.subgraphs[current].operators.append(
      TFLiteModel.OperatorRecord(
        code: code, inputs: inputs, outputs: [output],
        options: OptionsRecord(table: table, fields: fields)))
    return output
  }

  /// Why the model is no graph; empty when it is.
  var refusal: String {
    do {
      _ = try Graph(model)
      return ""
    } catch {
      return "\(error)"
    }
  }

  mutating func output(_ tensors: Int32...) { model.subgraphs[current].outputs += tensors }

  private func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<(T.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
  }
}

extension ModelSketch {
  /// x [1, 3] → FULLY_CONNECTED [2] with weights 1…6 and RELU → y, with names and a signature.
  static func dense() -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 3])
    let w = sketch.floats("w", [2, 3], [1, 2, 3, 4, 5, 6])
    let b = sketch.floats("b", [2], [0.5, -0.5])
    let y = sketch.add(
      .fullyConnected, [x, w, b], [1, 2], .float32, 8, .init(0, .byte(1)), name: "y")
    sketch.output(y)
    sketch.model.description = "sketch"
    sketch.model.signatures = [
      TFLiteModel.Signature(
        key: "serving_default", inputs: [.init(name: "in", tensor: Int(x))],
        outputs: [.init(name: "out", tensor: Int(y))])
    ]
    return sketch
  }

  /// A loop that adds x [1, 2] to a sum `times` times and collects the sums in rows.
  static func loop(times: Int32, rows: Int32) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 2])
    let t = sketch.ints([0])
    let sum = sketch.floats("zeros", [1, 2], [0, 0])
    let all = sketch.floats("rows", [rows, 2], [Float](repeating: 0, count: 2 * Int(rows)))
    let results = [
      sketch.tensor("t", [1], .int32), sketch.tensor("sum", [1, 2]), sketch.tensor("x", [1, 2]),
      sketch.tensor("all", [rows, 2]),
    ]
    sketch.add(
      .while, [t, sum, x, all], to: results, 93, .init(0, .int(1)), .init(1, .int(2)))
    sketch.output(results[1], results[3])
    sketch.open("condition")
    let variables = sketch.variables(rows)
    let end = sketch.ints([times])
    sketch.output(sketch.add(.less, [variables[0], end], [1], .bool))
    sketch.open("body")
    let body = sketch.variables(rows)
    let one = sketch.ints([1])
    let zero = sketch.ints([0])
    let next = sketch.add(.add, [body[0], one], [1], .int32, 11)
    let larger = sketch.add(.add, [body[1], body[2]], [1, 2], .float32, 11)
    let place = sketch.add(.concatenation, [body[0], zero], [2], .int32, 10)
    let written = sketch.add(.dynamicUpdateSlice, [body[3], larger, place], [rows, 2])
    sketch.output(next, larger, body[2], written)
    sketch.returnToMain()
    return sketch
  }

  private mutating func variables(_ rows: Int32) -> [Int32] {
    [
      input("t", [1], .int32), input("sum", [1, 2]), input("x", [1, 2]), input("all", [rows, 2]),
    ]
  }
}
