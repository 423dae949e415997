// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Planner {
  /// Appends the steps that compute one node.
  mutating func lower(_ operation: Operator, _ job: Job) throws(PlanError) {
    switch operation {
    case .dense(let x): try x.lower(job, &self)
    case .convolution(let x): try x.lower(job, &self)
    case .transposedConvolution(let x): try x.lower(job, &self)
    case .lstm(let x): try x.lower(job, &self)
    case .gru(let x): try x.lower(job, &self)
    case .simpleRNN(let x): try x.lower(job, &self)
    case .pool(let x): try x.lower(job, &self)
    case .reduce(let x): try x.lower(job, &self)
    case .softmax(let x): try x.lower(job, &self)
    case .logSoftmax(let x): try x.lower(job, &self)
    case .unary(let x): try x.lower(job, &self)
    case .binary(let x): try x.lower(job, &self)
    case .compare(let x): try x.lower(job, &self)
    case .select(let x): try x.lower(job, &self)
    case .parametricReLU(let x): try x.lower(job, &self)
    case .scaleShift(let x): try x.lower(job, &self)
    case .matMul(let x): try x.lower(job, &self)
    case .reshape: break  // The result shares the operand's memory.
    case .transpose(let x): try x.lower(job, &self)
    case .slice(let x): try x.lower(job, &self)
    case .concatenate(let x): try x.lower(job, &self)
    case .pad(let x): try x.lower(job, &self)
    case .tile(let x): try x.lower(job, &self)
    case .reverse(let x): try x.lower(job, &self)
    case .quantize(let x): try x.lower(job, &self)
    case .dequantize(let x): try x.lower(job, &self)
    }
  }
}

extension Operator {
  /// Whether the result may take an operand's memory when both have the same shape.
  ///
  /// True of kernels that read an element of the operand only before they write the same one, where
  /// both are of one size.
  func mayOverwrite(operand: Int) -> Bool {
    switch self {
    case .unary, .binary, .compare, .parametricReLU, .scaleShift, .softmax, .logSoftmax: true
    case .select: true
    case .quantize, .dequantize: true
    case .dense, .convolution, .transposedConvolution, .lstm, .gru, .simpleRNN, .pool, .reduce,
      .matMul, .reshape, .transpose, .slice, .concatenate, .pad, .tile, .reverse:
      false
    }
  }
}
