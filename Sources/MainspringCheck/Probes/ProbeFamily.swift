// SPDX-License-Identifier: Apache-2.0

/// A kind of inputs a model is asked about.
public enum ProbeFamily: String, Hashable, Sendable, CaseIterable {
  /// Gaussian noise with the mean and deviation the inputs should have.
  case noise
  /// Every element uniform over the range of its channel.
  case range
  /// Signals with a shape: constants, impulses, steps, sweeps, reversed and with swapped channels.
  case structured
  /// Windows that were given.
  case windows

  /// Nothing a sensor would send: what a model says to it warns, and does not condemn.
  public var isOffDistribution: Bool { self == .noise || self == .range }
}
