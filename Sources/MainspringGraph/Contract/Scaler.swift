// SPDX-License-Identifier: Apache-2.0

/// Mean and standard deviation of each channel, or one for all: what raw windows are normalised
/// with before a model sees them.
public struct Scaler: Hashable, Sendable {
  public var means: [Float]
  /// As many as ``means``, each above 0.
  public var deviations: [Float]

  public init(means: [Float], deviations: [Float]) {
    self.means = means
    self.deviations = deviations
  }

  /// Replaces each value x of channel c by (x − mean[c]) / deviation[c].
  ///
  /// - Parameter values: rows of channels, one after the other.
  /// - Precondition: there are as many deviations as means, at least one.
  /// - Complexity: O(n); allocates nothing.
  public func apply(to values: inout MutableSpan<Float>) {
    Scaler.scale(&values, means: means.span, deviations: deviations.span)
  }

  /// The same on an array.
  public func apply(to values: inout [Float]) {
    var span = values.mutableSpan
    apply(to: &span)
  }

  /// The same with mean and deviation in memory of the caller's, for the hot path.
  @_noAllocation @_noLocks
  public static func scale(
    _ values: inout MutableSpan<Float>, means: Span<Float>, deviations: Span<Float>
  ) {
    let (count, deviationCount) = (means.count, deviations.count)
    precondition(count > 0 && count == deviationCount, "a deviation for each mean, at least one")
    var channel = 0
    for index in 0..<values.count {
      values[index] = (values[index] - means[channel]) / deviations[channel]
      channel = channel + 1 == count ? 0 : channel + 1
    }
  }
}
