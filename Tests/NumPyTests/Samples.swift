// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// How a process ends on a failed precondition.
#if arch(arm64)
  let trapped = ExitTest.Condition.signal(SIGTRAP)
#else
  let trapped = ExitTest.Condition.signal(SIGILL)
#endif

/// The elements of most fixtures: (i - 4) / 4, exact in every float type.
let ramp: [Float] = (0..<12).map { (Float($0) - 4) / 4 }

func fixture(_ name: String) -> String { Location.fixture("numpy/\(name).npy") }

/// A .npy file around a header given as text.
func npy(_ dictionary: String, data: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
  let text = Array(dictionary.utf8) + [0x0a]
  let width = version == 1 ? 2 : 4
  let length = (0..<width).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + text + data
}

func dictionary(
  descr: String = "'<f4'", order: String = "False", shape: String = "(0,)"
) -> String {
  "{'descr': \(descr), 'fortran_order': \(order), 'shape': \(shape), }"
}

/// The message of the error that reading these bytes as floats gives; `nil` when they are read.
func refusal(_ bytes: [UInt8]) -> String? {
  do throws(NumPyError) {
    _ = try NumPyArray(bytes: bytes, name: "x.npy")
    return nil
  } catch {
    return error.description
  }
}
