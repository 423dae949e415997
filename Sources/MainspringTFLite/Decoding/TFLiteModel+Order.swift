// SPDX-License-Identifier: Apache-2.0

extension TFLiteModel {
  /// Checks that every tensor is assigned once and before it is used.
  ///
  /// Variables are exempt: an operator may set one that another then reads.
  ///
  /// - Precondition: the model passed `validate`.
  func validateOrder() throws(TFLiteError) {
    for index in subgraphs.indices {
      let subgraph = subgraphs[index]
      var defined: [Bool] = []
      for tensor in subgraph.tensors {
        defined.append(tensor.isVariable || isConstant(tensor))
      }
      for input in subgraph.inputs {
        guard !defined[Int(input)] else {
          throw .invalid(
            place: describe(tensor: Int(input), of: index),
            expected: "an input that is listed once, neither constant nor variable",
            found: "another one")
        }
        defined[Int(input)] = true
      }
      for (number, record) in subgraph.operators.enumerated() {
        for input in record.inputs where input != -1 && !defined[Int(input)] {
          throw .invalid(
            place: describe(operator: number, of: index), expected: "operands computed before it",
            found: describe(tensor: Int(input), of: index))
        }
        for output in record.outputs where !subgraph.tensors[Int(output)].isVariable {
          guard !defined[Int(output)] else {
            throw .invalid(
              place: describe(operator: number, of: index),
              expected: "results nothing else assigns",
              found: describe(tensor: Int(output), of: index))
          }
          defined[Int(output)] = true
        }
      }
      for output in subgraph.outputs where !defined[Int(output)] {
        throw .invalid(
          place: describe(tensor: Int(output), of: index), expected: "an output that is computed",
          found: "none")
      }
    }
  }

  /// A tensor has data when its buffer does; one without elements needs none.
  func isConstant(_ tensor: TensorRecord) -> Bool {
    guard !buffers.isEmpty, tensor.buffer != 0 else { return false }
    return !buffers[tensor.buffer].isEmpty
  }
}
