// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// What an incremental session uses of the session behind the frames.
extension Session {
  /// Where an input is, for those who write it there.
  ///
  /// - Precondition: there is such an input.
  func address(ofInput index: Int) -> UnsafeMutableRawPointer {
    do throws(RunError) {
      return unsafe context.rawResult(try ports.input(index).operand.word)
    } catch {
      preconditionFailure("an input of the plan: \(error)")
    }
  }
}

extension PortPlace {
  /// Writes floats to a place of the caller's as the input's elements.
  @_noAllocation @_noLocks
  func write(
    _ values: UnsafePointer<Float>, _ count: Int, to y: UnsafeMutableRawPointer, _ isa: msk_isa
  ) {
    switch elements {
    case .float:
      let to = unsafe y.assumingMemoryBound(to: Float.self)
      for index in 0..<count { unsafe to[index] = values[index] }
    case .int8: unsafe msk_quantize(isa, y, values, count, .s8, scale, zero)
    case .int16: unsafe msk_quantize(isa, y, values, count, .s16, scale, zero)
    }
  }
}
