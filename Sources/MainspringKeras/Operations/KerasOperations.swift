// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Functions of tensors the loader knows, under the names of Keras 3 and of TensorFlow.
enum KerasOperations {
  typealias Operation = @Sendable (OperationCall) throws(KerasError) -> ValueID

  static let operations: [String: Operation] = {
    var table: [String: Operation] = [:]
    for (names, operation) in groups { for name in names { table[name] = operation } }
    return table
  }()

  private static let groups: [([String], Operation)] = [
    (["Add", "math.add", "__operators__.add"], { (c) throws(KerasError) in try c.binary(.add) }),
    (
      ["Subtract", "math.subtract", "__operators__.sub"],
      { (c) throws(KerasError) in try c.binary(.subtract) }
    ),
    (
      ["Multiply", "math.multiply", "__operators__.mul"],
      { (c) throws(KerasError) in try c.binary(.multiply) }
    ),
    (
      ["Divide", "TrueDivide", "math.divide", "math.truediv", "__operators__.truediv"],
      { (c) throws(KerasError) in try c.binary(.divide) }
    ),
    (["Maximum", "math.maximum"], { (c) throws(KerasError) in try c.binary(.maximum) }),
    (["Minimum", "math.minimum"], { (c) throws(KerasError) in try c.binary(.minimum) }),
    (["__operators__.radd"], { (c) throws(KerasError) in try c.binary(.add) }),
    (["__operators__.rmul"], { (c) throws(KerasError) in try c.binary(.multiply) }),
    (["__operators__.rsub"], { (c) throws(KerasError) in try c.binary(.subtract, swapped: true) }),
    (
      ["__operators__.rtruediv"],
      { (c) throws(KerasError) in try c.binary(.divide, swapped: true) }
    ),
    (
      ["Negative", "math.negative", "__operators__.neg"],
      { (c) throws(KerasError) in try c.unary(.negate) }
    ),
    (
      ["Absolute", "Abs", "math.abs", "__operators__.abs"],
      { (c) throws(KerasError) in try c.unary(.abs) }
    ),
    (["Exp", "math.exp"], { (c) throws(KerasError) in try c.unary(.exp) }),
    (["Log", "math.log"], { (c) throws(KerasError) in try c.unary(.log) }),
    (["Sqrt", "math.sqrt"], { (c) throws(KerasError) in try c.unary(.squareRoot) }),
    (["Rsqrt", "math.rsqrt"], { (c) throws(KerasError) in try c.unary(.reciprocalSquareRoot) }),
    (["Square", "math.square"], { (c) throws(KerasError) in try c.unary(.square) }),
    (
      ["LeakyRelu", "Elu", "Gelu", "ReLU"],
      { (c) throws(KerasError) in
        try c.parametricActivation()
      }
    ),
    (["Clip", "clip_by_value"], { (c) throws(KerasError) in try c.clip() }),
    (["Power", "math.pow", "__operators__.pow"], { (c) throws(KerasError) in try c.power() }),
    (
      ["Matmul", "linalg.matmul", "__operators__.matmul"],
      { (c) throws(KerasError) in try c.matMul() }
    ),
    (["Stack", "stack"], { (c) throws(KerasError) in try c.stack() }),
    (["Mean", "math.reduce_mean"], { (c) throws(KerasError) in try c.reduce(.mean) }),
    (["Sum", "math.reduce_sum"], { (c) throws(KerasError) in try c.reduce(.sum) }),
    (["Max", "math.reduce_max"], { (c) throws(KerasError) in try c.reduce(.maximum) }),
    (["Min", "math.reduce_min"], { (c) throws(KerasError) in try c.reduce(.minimum) }),
    (["Reshape", "reshape"], { (c) throws(KerasError) in try c.reshape() }),
    (
      ["Transpose", "transpose", "compat.v1.transpose"],
      { (c) throws(KerasError) in
        try c.transpose()
      }
    ),
    (["ExpandDims", "expand_dims"], { (c) throws(KerasError) in try c.expandDimensions() }),
    (["Squeeze", "squeeze", "compat.v1.squeeze"], { (c) throws(KerasError) in try c.squeeze() }),
    (["Concatenate", "concat"], { (c) throws(KerasError) in try c.concatenate() }),
    (["GetItem", "__operators__.getitem"], { (c) throws(KerasError) in try c.getItem() }),
    (["Softmax", "nn.softmax"], { (c) throws(KerasError) in try c.softmax() }),
    (["Relu", "nn.relu"], { (c) throws(KerasError) in try c.activation("relu") }),
    (["Relu6", "nn.relu6"], { (c) throws(KerasError) in try c.activation("relu6") }),
    (["Tanh", "math.tanh", "nn.tanh"], { (c) throws(KerasError) in try c.activation("tanh") }),
    (
      ["Sigmoid", "math.sigmoid", "nn.sigmoid"],
      { (c) throws(KerasError) in
        try c.activation("sigmoid")
      }
    ),
    (["Silu", "nn.silu", "nn.swish"], { (c) throws(KerasError) in try c.activation("silu") }),
    (["Selu", "nn.selu"], { (c) throws(KerasError) in try c.activation("selu") }),
    (
      ["Softplus", "math.softplus", "nn.softplus"],
      { (c) throws(KerasError) in
        try c.activation("softplus")
      }
    ),
    (["Softsign", "nn.softsign"], { (c) throws(KerasError) in try c.activation("softsign") }),
    (["HardSigmoid"], { (c) throws(KerasError) in try c.activation("hard_sigmoid") }),
    (["HardSilu"], { (c) throws(KerasError) in try c.activation("hard_silu") }),
    (
      ["LogSigmoid", "math.log_sigmoid"],
      { (c) throws(KerasError) in
        try c.activation("log_sigmoid")
      }
    ),
  ]
}
