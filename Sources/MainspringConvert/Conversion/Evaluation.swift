// SPDX-License-Identifier: Apache-2.0

/// Windows to judge a conversion by.
public struct Evaluation: Sendable {
  public var windows: WindowSet
  /// The right class of each window.
  public var labels: [Int]?

  public init(_ windows: WindowSet, labels: [Int]? = nil) {
    self.windows = windows
    self.labels = labels
  }
}
