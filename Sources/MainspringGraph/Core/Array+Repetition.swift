// SPDX-License-Identifier: Apache-2.0

extension Array where Element: Hashable {
  /// Where the first element that stands twice stands both times; nil where each stands once.
  ///
  /// - Complexity: O(count).
  package var repetition: (first: Int, second: Int)? {
    var places: [Element: Int] = [:]
    for (second, element) in enumerated() {
      if let first = places.updateValue(second, forKey: element) { return (first, second) }
    }
    return nil
  }
}
