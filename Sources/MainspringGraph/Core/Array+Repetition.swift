// SPDX-License-Identifier: Apache-2.0

extension Array where Element: Equatable {
  /// Where the first element that stands twice stands both times; nil where each stands once.
  ///
  /// - Complexity: O(count²), for lists as short as those of channels.
  package var repetition: (first: Int, second: Int)? {
    for (second, element) in enumerated() {
      if let first = firstIndex(of: element), first < second { return (first, second) }
    }
    return nil
  }
}
