// SPDX-License-Identifier: Apache-2.0

import Testing

/// What a kernel writes into guarded memory.
func run<Element: Numeric>(
  _ count: Int, guarded value: Element, _ kernel: (UnsafeMutableRawPointer) -> Void,
  sourceLocation: SourceLocation = #_sourceLocation
) -> [Element] {
  var y = [Element](repeating: value, count: count + 64)
  y.withUnsafeMutableBytes { bytes in
    if let base = bytes.baseAddress { kernel(base) }
  }
  #expect(y.suffix(64).allSatisfy { $0 == value }, sourceLocation: sourceLocation)
  return Array(y.prefix(count))
}
