// SPDX-License-Identifier: Apache-2.0

import MainspringTFLite

/// Any bytes are a stream of the size in front of them, or none.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafeRawPointer, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let bytes = unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  let size = Int(bytes[0]) << 8 | Int(bytes[1])
  if let result = Inflater.inflated(Array(bytes[2...]), size: size) {
    precondition(result.count == size)
  }
  return 0
}
