// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// What an incremental session uses of the session behind the frames.
extension Session {
  /// Where an input is, for those who write it there.
  ///
  /// - Precondition: there is such an input.
  func address(ofInput index: Int) -> UnsafeMutableRawPointer {
    let place = unsafe plan.inputPlaces.base[index]
    do throws(RunError) {
      return unsafe try input(index, place.elements, count: place.elementCount)
    } catch {
      preconditionFailure("an input of the plan: \(error)")
    }
  }

  /// - Throws: `RunError` when the first output has another length.
  @_noAllocation @_noLocks
  func checkOutput(length: Int) throws(RunError) {
    let expected = unsafe plan.outputPlaces.base[0].elementCount
    guard length == expected else {
      throw .outputLength(index: 0, expected: expected, found: length)
    }
  }
}

extension PortPlace {
  /// Writes floats to a place of the caller's as the input's elements.
  @_noAllocation @_noLocks
  func write(
    _ isa: msk_isa, _ values: UnsafePointer<Float>, _ count: Int, to y: UnsafeMutableRawPointer
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
