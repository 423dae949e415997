// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Where an operator stands: its operands and its result as tensors of the file.
struct Site {
  /// The result's name; helpers are called `name/…`.
  let name: String
  let inputs: [Int32]
  let inputShapes: [Shape]
  let inputTypes: [ValueType]
  let output: Int32
  let outputShape: Shape
  let outputType: ValueType

  /// A site of floats.
  init(name: String, inputs: [Int32], inputShapes: [Shape], output: Int32, outputShape: Shape) {
    self.init(
      name: name, inputs: inputs, inputShapes: inputShapes,
      inputTypes: inputs.map { _ in .float32 }, output: output, outputShape: outputShape,
      outputType: .float32)
  }

  init(
    name: String, inputs: [Int32], inputShapes: [Shape], inputTypes: [ValueType], output: Int32,
    outputShape: Shape, outputType: ValueType
  ) {
    self.name = name
    self.inputs = inputs
    self.inputShapes = inputShapes
    self.inputTypes = inputTypes
    self.output = output
    self.outputShape = outputShape
    self.outputType = outputType
  }

  /// The first operand.
  var input: Int32 { inputs[0] }
  var inputShape: Shape { inputShapes[0] }
  var inputType: ValueType { inputTypes[0] }

  /// The same result from another operand that has its shape and type.
  func reading(_ input: Int32) -> Site {
    Site(
      name: name, inputs: [input], inputShapes: [outputShape], inputTypes: [outputType],
      output: output, outputShape: outputShape, outputType: outputType)
  }

  func unsupported(_ operation: String, _ reason: String) -> ConvertError {
    .unsupported(node: name, operation: operation, reason: reason)
  }
}

/// The version of an operator for each type of its operands; nil where stock runtimes have no
/// kernel (TensorFlow, `tools/versioning/op_version.cc`).
struct Versions {
  let float: Int32
  let int8: Int32?
  let int16: Int32?

  init(_ float: Int32 = 1, int8: Int32?, int16: Int32?) {
    self.float = float
    self.int8 = int8
    self.int16 = int16
  }
}

extension Site {
  /// - Throws: ``ConvertError`` when stock runtimes have no kernel for the operand's type.
  func version(_ versions: Versions, of operation: String) throws(ConvertError) -> Int32 {
    let type = (inputTypes.last ?? outputType).elementType
    let version =
      switch type {
      case .int8: versions.int8
      case .int16: versions.int16
      default: versions.float
      }
    guard let version else {
      throw unsupported(operation, "has no kernel for \(type) in stock runtimes")
    }
    return version
  }
}
