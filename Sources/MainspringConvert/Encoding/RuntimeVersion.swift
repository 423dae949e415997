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
    default: return nil
    }
  }
}
