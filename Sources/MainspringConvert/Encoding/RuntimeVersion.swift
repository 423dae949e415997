// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

/// A release of TensorFlow Lite.
struct RuntimeVersion: Hashable, Comparable {
  let major: Int
  let minor: Int
  let patch: Int

  init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  static func < (a: RuntimeVersion, b: RuntimeVersion) -> Bool {
    (a.major, a.minor, a.patch) < (b.major, b.minor, b.patch)
  }

  /// ASCII, padded with NUL to 16 bytes as TensorFlow's converter does.
  var metadata: [UInt8] {
    var bytes = Array("\(major).\(minor).\(patch)".utf8)
    while bytes.count < 16 { bytes.append(0) }
    return bytes
  }
}

extension TFLiteModel {
  /// The first release that runs every operator; only for operators this module writes.
  var minimumRuntime: RuntimeVersion {
    var minimum = RuntimeVersion(1, 5)
    for subgraph in subgraphs {
      // Operators of one version for all types learned integers later.
      for tensor in subgraph.tensors where tensor.quantization != nil {
        if tensor.type == .int8 { minimum = max(minimum, RuntimeVersion(1, 14)) }
        if tensor.type == .int64 { minimum = max(minimum, RuntimeVersion(2, 3)) }
      }
      for record in subgraph.operators {
        guard let first = RuntimeVersion(first: record.code, version: record.version) else {
          preconditionFailure("\(record.code) version \(record.version) has a release")
        }
        minimum = max(minimum, first)
      }
    }
    return minimum
  }
}

extension RuntimeVersion {
  /// The first release with an operator in a version.
  ///
  /// Releases as in TensorFlow's `tools/versioning/runtime_version.cc`; nil for operators and
  /// versions that this module does not write.
  init?(first code: BuiltinOperator, version: Int32) {
    switch (code, version) {
    case (.conv2d, 1), (.depthwiseConv2d, 1), (.fullyConnected, 1), (.maxPool2d, 1),
      (.averagePool2d, 1), (.softmax, 1), (.relu, 1), (.relu6, 1), (.reluN1To1, 1), (.add, 1),
      (.mul, 1), (.reshape, 1), (.concatenation, 1), (.pad, 1):
      self.init(1, 5)
    case (.mean, 1), (.sub, 1), (.div, 1), (.transpose, 1), (.stridedSlice, 1), (.gather, 1):
      self.init(1, 6)
    case (.exp, 1): self.init(1, 7)
    case (.prelu, 1): self.init(1, 8)
    case (.transposeConv, 1), (.neg, 1), (.padv2, 1): self.init(1, 9)
    case (.sum, 1), (.rsqrt, 1), (.sqrt, 1): self.init(1, 10)
    case (.tile, 1): self.init(1, 10, 1)
    case (.reduceMax, 1), (.reduceMin, 1): self.init(1, 11)
    case (.depthwiseConv2d, 2), (.square, 1): self.init(1, 12)
    case (.abs, 1), (.fill, 1): self.init(1, 13)
    case (.unidirectionalSequenceLstm, 1), (.leakyRelu, 1), (.squaredDifference, 1):
      self.init(1, 13, 1)
    case (.logSoftmax, 1), (.logistic, 1), (.tanh, 1), (.elu, 1), (.log, 1), (.maximum, 1),
      (.minimum, 1), (.slice, 1), (.reverseV2, 1), (.less, 1), (.lessEqual, 1), (.greater, 1),
      (.greaterEqual, 1):
      self.init(1, 14)
    case (.hardSwish, 1), (.while, 1), (.dequantize, 3): self.init(1, 15)
    case (.fullyConnected, 5): self.init(2, 0)
    case (.selectV2, 1), (.stridedSlice, 4): self.init(2, 2)
    case (.transposeConv, 3), (.sub, 3), (.div, 2), (.maximum, 3), (.minimum, 3),
      (.transpose, 4), (.batchMatmul, 1):
      self.init(2, 3)
    case (.slice, 5): self.init(2, 5)
    case (.pad, 4), (.padv2, 4): self.init(2, 6)
    case (.conv2d, 6), (.gelu, 1), (.dynamicUpdateSlice, 1): self.init(2, 9)
    case (.transpose, 6): self.init(2, 12)
    case (.transposeConv, 4): self.init(2, 13)
    default: self.init(firstWithIntegers: code, version: version)
    }
  }

  /// The same for versions that came with int8 and int16.
  private init?(firstWithIntegers code: BuiltinOperator, version: Int32) {
    switch (code, version) {
    case (.conv2d, 2), (.conv2d, 3), (.depthwiseConv2d, 3), (.fullyConnected, 3),
      (.fullyConnected, 4), (.maxPool2d, 2), (.averagePool2d, 2), (.softmax, 2),
      (.logSoftmax, 2), (.relu6, 2), (.tanh, 2), (.logistic, 2), (.add, 2), (.sub, 2), (.mul, 2),
      (.maximum, 2), (.minimum, 2), (.mean, 2), (.reduceMax, 2), (.reduceMin, 2),
      (.transpose, 2), (.stridedSlice, 2), (.slice, 2), (.concatenation, 2), (.pad, 2),
      (.padv2, 2), (.less, 2), (.lessEqual, 2), (.greater, 2), (.greaterEqual, 2),
      (.quantize, 1), (.gather, 2), (.dequantize, 2), (.unidirectionalSequenceLstm, 2):
      self.init(1, 14)
    case (.mul, 3), (.sum, 2), (.quantize, 2): self.init(1, 15)
    case (.relu, 2): self.init(2, 1)
    case (.transposeConv, 2): self.init(2, 2)
    case (.conv2d, 4), (.depthwiseConv2d, 5), (.depthwiseConv2d, 6), (.fullyConnected, 7),
      (.fullyConnected, 9), (.unidirectionalSequenceLstm, 3), (.maxPool2d, 3),
      (.averagePool2d, 3), (.softmax, 3), (.tanh, 3), (.logistic, 3), (.mul, 4), (.maximum, 4),
      (.minimum, 4), (.concatenation, 3), (.leakyRelu, 2), (.batchMatmul, 2):
      self.init(2, 3)
    case (.conv2d, 5), (.abs, 2), (.add, 3), (.sub, 5), (.mean, 3), (.pad, 3), (.padv2, 3),
      (.transpose, 5), (.slice, 4), (.gather, 4), (.batchMatmul, 3):
      self.init(2, 4)
    case (.abs, 3), (.relu, 3), (.relu6, 3), (.reduceMax, 3), (.reduceMin, 3), (.rsqrt, 2),
      (.squaredDifference, 2), (.reverseV2, 3), (.broadcastTo, 3):
      self.init(2, 5)
    case (.tile, 3): self.init(2, 8)
    case (.gelu, 2): self.init(2, 9)
    case (.exp, 2): self.init(2, 12)
    case (.less, 3), (.greaterEqual, 3): self.init(2, 13)
    case (.log, 2), (.rsqrt, 3), (.fullyConnected, 11), (.conv2d, 8), (.transposeConv, 5):
      self.init(2, 15)
    case (.fullyConnected, 12): self.init(2, 17)
    case (.dynamicUpdateSlice, 4): self.init(2, 20)
    case (.sqrt, 2): self.init(2, 21)
    default: return nil
    }
  }
}
