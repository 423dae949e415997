// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// How a class of layers is built.
struct LayerKind: Sendable {
  /// What a layer does with the mask of its operands (Keras' `supports_masking`).
  enum Mask: Sendable {
    /// Works on each time step by itself and hands the mask on.
    case passes
    /// Knows nothing of masks; the mask ends here.
    case drops
    /// Computes something else for masked steps, which no operator here does.
    case uses
  }

  typealias Build = @Sendable (LayerCall) throws(KerasError) -> [ValueID]

  let mask: Mask
  let build: Build

  init(_ mask: Mask, _ build: @escaping @Sendable (LayerCall) throws(KerasError) -> ValueID) {
    self.mask = mask
    self.build = { (call) throws(KerasError) in [try build(call)] }
  }

  init(_ mask: Mask, several build: @escaping Build) {
    self.mask = mask
    self.build = build
  }
}
