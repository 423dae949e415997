// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension msk_function {
  /// A function with the parameters it has.
  init(_ code: msk_code, _ a: Float = 0, _ b: Float = 0, _ c: Float = 0) {
    self.init(code: code, a: a, b: b, c: c)
  }
}

extension Activation {
  /// The kernel's name for it.
  var function: msk_function {
    switch self {
    case .linear: msk_function(.linear)
    case .relu: msk_function(.clamp, 0, .infinity)
    case .relu6: msk_function(.clamp, 0, 6)
    case .tanh: msk_function(.tanh)
    case .sigmoid: msk_function(.sigmoid)
    case .hardSigmoidKeras2: msk_function(.hard_sigmoid, 0.2, 0.5)
    case .hardSigmoid: msk_function(.hard_sigmoid, 1 / 6, 0.5)
    case .softsign: msk_function(.softsign)
    case .softplus: msk_function(.softplus)
    case .elu(let alpha): msk_function(.elu, alpha, 1)
    case .selu: msk_function(.elu, 1.050_700_99 * 1.673_263_24, 1.050_700_99)
    case .silu: msk_function(.silu)
    case .hardSilu: msk_function(.hard_silu)
    case .gelu(let approximate): msk_function(approximate ? .gelu_tanh : .gelu)
    case .mish: msk_function(.mish)
    case .exponential: msk_function(.exp)
    case .leakyReLU(let slope): msk_function(.rectified, .infinity, 0, slope)
    case .celu(let alpha): msk_function(.celu, alpha)
    case .logSigmoid: msk_function(.log_sigmoid)
    case .hardTanh: msk_function(.clamp, -1, 1)
    case .tanhShrink: msk_function(.tanh_shrink)
    case .softShrink(let threshold): msk_function(.soft_shrink, threshold)
    case .hardShrink(let threshold): msk_function(.hard_shrink, threshold)
    case .squareplus(let b): msk_function(.squareplus, b)
    case .sparsePlus: msk_function(.sparse_plus)
    case .sparseSigmoid: msk_function(.hard_sigmoid, 0.5, 0.5)
    case .rectified(let maximum, let threshold, let slope):
      msk_function(.rectified, maximum ?? .infinity, threshold, slope)
    case .thresholded(let theta): msk_function(.thresholded, theta)
    }
  }
}

extension Unary.Function {
  /// The kernel's name for it.
  var function: msk_function {
    switch self {
    case .relu: Activation.relu.function
    case .relu6: Activation.relu6.function
    case .reluN1To1: Activation.hardTanh.function
    case .tanh: Activation.tanh.function
    case .logistic: Activation.sigmoid.function
    case .elu: Activation.elu(alpha: 1).function
    case .exp: msk_function(.exp)
    case .log: msk_function(.log)
    case .abs: msk_function(.abs)
    case .negate: msk_function(.negate)
    case .square: msk_function(.square)
    case .squareRoot: msk_function(.square_root)
    case .reciprocalSquareRoot: msk_function(.reciprocal_square_root)
    case .hardSwish: Activation.hardSilu.function
    case .leakyReLU(let slope): Activation.leakyReLU(slope: slope).function
    case .gelu(let approximate): Activation.gelu(approximate: approximate).function
    }
  }
}
