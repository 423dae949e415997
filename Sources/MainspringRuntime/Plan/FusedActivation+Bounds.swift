// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

extension FusedActivation {
  /// The clamp that kernels apply to what they store.
  var bounds: (low: Float, high: Float) {
    switch self {
    case .none: (-.infinity, .infinity)
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    case .reluN1To1: (-1, 1)
    }
  }
}

extension Tensor {
  /// How kernels widen the tensor's elements.
  var kernelElement: msk_element {
    switch elementType {
    case .float16: .f16
    case .int8: .s8
    default: .f32
    }
  }
}

extension Int {
  /// Rounded up to a multiple.
  func rounded(upTo multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }
}
