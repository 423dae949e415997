// SPDX-License-Identifier: Apache-2.0

/// Windows in memory, as the model takes them.
public struct ProbeWindows: Sendable {
  public private(set) var count: Int = 0
  private let sizes: [Int]
  private var elements: [[Float]]

  /// An empty set for a model.
  ///
  /// - Parameter sizes: elements of each input.
  public init(sizes: [Int]) {
    self.sizes = sizes
    elements = [[Float]](repeating: [], count: sizes.count)
  }

  /// - Precondition: there are as many elements as each input has.
  public mutating func append(_ window: [[Float]]) {
    precondition(window.map(\.count) == sizes, "a window has the elements of each input")
    for (input, values) in window.enumerated() { elements[input] += values }
    count += 1
  }

  /// - Precondition: there is such a window.
  public subscript(index: Int) -> [[Float]] {
    precondition(index >= 0 && index < count, "window \(index) of \(count)")
    return elements.indices.map { input in
      Array(elements[input][index * sizes[input]..<(index + 1) * sizes[input]])
    }
  }
}
