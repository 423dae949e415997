// SPDX-License-Identifier: Apache-2.0

/// A clamp fused into the operator before it, as TFLite's `ActivationFunctionType`.
public enum FusedActivation: Hashable, Sendable {
  case none
  /// max(x, 0)
  case relu
  /// min(max(x, 0), 6)
  case relu6
  /// min(max(x, −1), 1)
  case reluN1To1
}

/// The element-wise functions Keras layers use, inside recurrent cells and as layers.
///
/// Formulas: Keras API documentation, module `activations`; `hardSigmoid` differs between
/// Keras 2 and Keras 3 and so has two cases.
public enum Activation: Hashable, Sendable {
  case linear
  case relu
  case relu6
  case tanh
  case sigmoid
  /// min(max(0.2·x + 0.5, 0), 1), Keras 1 and 2.
  case hardSigmoidKeras2
  /// relu6(x + 3) / 6, Keras 3.
  case hardSigmoid
  /// x / (1 + |x|)
  case softsign
  /// log(1 + eˣ)
  case softplus
  /// x ≥ 0: x; else α·(eˣ − 1)
  case elu(alpha: Float)
  /// 1.0507… · elu(x, 1.6732…)
  case selu
  /// x · sigmoid(x)
  case silu
  /// x · relu6(x + 3) / 6
  case hardSilu
  /// x/2 · (1 + erf(x/√2)), or its tanh approximation
  case gelu(approximate: Bool)
  /// x · tanh(softplus(x))
  case mish
  /// eˣ
  case exponential
  /// x ≥ 0: x; else slope·x
  case leakyReLU(slope: Float)
  /// max(x, 0) + min(0, α·(e^(x/α) − 1))
  case celu(alpha: Float)
  /// −softplus(−x)
  case logSigmoid
  /// min(max(x, −1), 1)
  case hardTanh
  /// x − tanh(x)
  case tanhShrink
  /// sign(x) · max(|x| − λ, 0)
  case softShrink(threshold: Float)
  /// |x| > λ: x; else 0
  case hardShrink(threshold: Float)
  /// (x + √(x² + b)) / 2
  case squareplus(b: Float)
  /// x ≤ −1: 0; x ≥ 1: x; else (x + 1)² / 4
  case sparsePlus
  /// min(max((x + 1) / 2, 0), 1)
  case sparseSigmoid
  /// x ≥ maximum: maximum; x ≥ threshold: x; else slope·(x − threshold). Keras' ReLU layer.
  case rectified(maximum: Float?, threshold: Float, slope: Float)
  /// x > θ: x; else 0
  case thresholded(theta: Float)
}
