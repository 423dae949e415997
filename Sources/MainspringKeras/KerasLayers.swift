// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Every layer the loader knows: one line each, built in `Layers/`.
///
/// The names are Keras' class names; `InputLayer`, `Sequential` and `Functional` are part of the
/// architecture and not here.
public enum KerasLayers {
  /// Names of the supported classes, sorted.
  public static var names: [String] { kinds.keys.sorted() }

  static let kinds: [String: LayerKind] = [
    // Dense and convolutions.
    "Dense": LayerKind(.passes) { (c) throws(KerasError) in try c.dense() },
    "Conv1D": LayerKind(.drops) { (c) throws(KerasError) in try c.convolution(axes: 1) },
    "Conv2D": LayerKind(.drops) { (c) throws(KerasError) in try c.convolution(axes: 2) },
    "DepthwiseConv1D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.depthwiseConvolution(axes: 1)
    },
    "DepthwiseConv2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.depthwiseConvolution(axes: 2)
    },
    "SeparableConv1D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.separableConvolution(axes: 1)
    },
    "SeparableConv2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.separableConvolution(axes: 2)
    },
    "Conv1DTranspose": LayerKind(.drops) { (c) throws(KerasError) in
      try c.transposedConvolution(axes: 1)
    },
    "Conv2DTranspose": LayerKind(.drops) { (c) throws(KerasError) in
      try c.transposedConvolution(axes: 2)
    },
    // Recurrent layers.
    "LSTM": LayerKind(.uses) { (c) throws(KerasError) in try c.recurrent() },
    "GRU": LayerKind(.uses) { (c) throws(KerasError) in try c.recurrent() },
    "SimpleRNN": LayerKind(.uses) { (c) throws(KerasError) in try c.recurrent() },
    "CuDNNLSTM": LayerKind(.uses) { (c) throws(KerasError) in try c.recurrent() },
    "CuDNNGRU": LayerKind(.uses) { (c) throws(KerasError) in try c.recurrent() },
    "RNN": LayerKind(.uses) { (c) throws(KerasError) in try c.generalRecurrent() },
    "Bidirectional": LayerKind(.uses, several: { (c) throws(KerasError) in try c.bidirectional() }),
    "TimeDistributed": LayerKind(.passes) { (c) throws(KerasError) in try c.timeDistributed() },
    // Pooling.
    "MaxPooling1D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.pooling(.maximum, axes: 1)
    },
    "MaxPooling2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.pooling(.maximum, axes: 2)
    },
    "AveragePooling1D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.pooling(.average, axes: 1)
    },
    "AveragePooling2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.pooling(.average, axes: 2)
    },
    "GlobalMaxPooling1D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.globalPooling(.maximum, axes: 1)
    },
    "GlobalMaxPooling2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.globalPooling(.maximum, axes: 2)
    },
    "GlobalAveragePooling1D": LayerKind(.uses) { (c) throws(KerasError) in
      try c.globalPooling(.mean, axes: 1)
    },
    "GlobalAveragePooling2D": LayerKind(.drops) { (c) throws(KerasError) in
      try c.globalPooling(.mean, axes: 2)
    },
    // Normalization.
    "BatchNormalization": LayerKind(.passes) { (c) throws(KerasError) in
      try c.batchNormalization()
    },
    "LayerNormalization": LayerKind(.passes) { (c) throws(KerasError) in
      try c.layerNormalization()
    },
    "UnitNormalization": LayerKind(.passes) { (c) throws(KerasError) in
      try c.unitNormalization()
    },
    "Normalization": LayerKind(.passes) { (c) throws(KerasError) in try c.normalization() },
    "Rescaling": LayerKind(.passes) { (c) throws(KerasError) in try c.rescaling() },
    // Activations.
    "Activation": LayerKind(.passes) { (c) throws(KerasError) in try c.activationLayer() },
    "ReLU": LayerKind(.passes) { (c) throws(KerasError) in try c.activationLayer() },
    "LeakyReLU": LayerKind(.passes) { (c) throws(KerasError) in try c.activationLayer() },
    "ELU": LayerKind(.passes) { (c) throws(KerasError) in try c.activationLayer() },
    "ThresholdedReLU": LayerKind(.passes) { (c) throws(KerasError) in try c.activationLayer() },
    "Softmax": LayerKind(.uses) { (c) throws(KerasError) in try c.activationLayer() },
    "PReLU": LayerKind(.passes) { (c) throws(KerasError) in try c.parametricReLU() },
    // Nothing at inference.
    "Dropout": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "SpatialDropout1D": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "SpatialDropout2D": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "AlphaDropout": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "GaussianDropout": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "GaussianNoise": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "ActivityRegularization": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "Identity": LayerKind(.passes) { (c) throws(KerasError) in try c.identity() },
    "Masking": LayerKind(.passes) { (c) throws(KerasError) in try c.masking() },
    // Shapes.
    "Flatten": LayerKind(.drops) { (c) throws(KerasError) in try c.flatten() },
    "Reshape": LayerKind(.drops) { (c) throws(KerasError) in try c.reshapeLayer() },
    "Permute": LayerKind(.drops) { (c) throws(KerasError) in try c.permute() },
    "RepeatVector": LayerKind(.drops) { (c) throws(KerasError) in try c.repeatVector() },
    "ZeroPadding1D": LayerKind(.drops) { (c) throws(KerasError) in try c.zeroPadding(axes: 1) },
    "ZeroPadding2D": LayerKind(.drops) { (c) throws(KerasError) in try c.zeroPadding(axes: 2) },
    "Cropping1D": LayerKind(.drops) { (c) throws(KerasError) in try c.cropping(axes: 1) },
    "Cropping2D": LayerKind(.drops) { (c) throws(KerasError) in try c.cropping(axes: 2) },
    "UpSampling1D": LayerKind(.drops) { (c) throws(KerasError) in try c.upSampling(axes: 1) },
    "UpSampling2D": LayerKind(.drops) { (c) throws(KerasError) in try c.upSampling(axes: 2) },
    // Several operands.
    "Add": LayerKind(.passes) { (c) throws(KerasError) in try c.merge(.add) },
    "Subtract": LayerKind(.passes) { (c) throws(KerasError) in try c.merge(.subtract) },
    "Multiply": LayerKind(.passes) { (c) throws(KerasError) in try c.merge(.multiply) },
    "Average": LayerKind(.passes) { (c) throws(KerasError) in
      try c.merge(.add, averages: true)
    },
    "Maximum": LayerKind(.passes) { (c) throws(KerasError) in try c.merge(.maximum) },
    "Minimum": LayerKind(.passes) { (c) throws(KerasError) in try c.merge(.minimum) },
    "Concatenate": LayerKind(.passes) { (c) throws(KerasError) in try c.concatenate() },
    "Dot": LayerKind(.drops) { (c) throws(KerasError) in try c.dot() },
  ]
}
