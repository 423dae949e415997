// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Where an operator stands: its operands and its result as tensors of the file.
struct Site {
  /// The result's name; helpers are called `name/…`.
  let name: String
  let inputs: [Int32]
  let inputShapes: [Shape]
  let output: Int32
  let outputShape: Shape

  /// The first operand.
  var input: Int32 { inputs[0] }
  var inputShape: Shape { inputShapes[0] }

  /// The same result from another operand.
  func reading(_ input: Int32, shape: Shape) -> Site {
    Site(
      name: name, inputs: [input], inputShapes: [shape], output: output, outputShape: outputShape)
  }

  func unsupported(_ operation: String, _ reason: String) -> ConvertError {
    .unsupported(node: name, operation: operation, reason: reason)
  }
}
