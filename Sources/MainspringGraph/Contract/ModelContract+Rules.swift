// SPDX-License-Identifier: Apache-2.0

extension ModelContract {
  /// How probabilities of the first output become decisions, and decisions events.
  public struct Rules: Hashable, Sendable {
    /// Hops that are averaged.
    public var smoothing: Int = 1
    /// By class: the average from which on it is convincing.
    public var thresholds: [Float]
    /// Nanoseconds for which a class must be convincing before there is an event.
    public var minimumDuration: Int64 = 0
    /// Nanoseconds after an event in which its class gives no other one.
    public var refractory: Int64 = 0
    /// A class can give another event once its average was below this share of its threshold.
    public var rearm: Float = 0.7
    /// Classes that are never events, such as rest.
    public var background: [Int] = []
    /// What windows look like that the model knows; nil to take all.
    public var known: KnownWindows?
    /// A conversion found them from its calibration windows, and the next one may find others;
    /// nobody chose them.
    public var isFitted: Bool = false

    public init(thresholds: [Float]) { self.thresholds = thresholds }
  }

  /// What windows look like that a model knows: mean and spread of each channel, over the windows it
  /// was calibrated with.
  ///
  /// The distance of a window is the root mean square of its deviations from these, each in standard
  /// deviations; with a normal distribution it is about 1.
  public struct KnownWindows: Hashable, Sendable {
    /// By channel the mean in a window, then by channel the standard deviation in a window.
    public var center: [Float]
    /// How much each of them varies from window to window.
    public var spread: [Float]
    /// Windows farther away are unknown.
    public var limit: Float

    public init(center: [Float], spread: [Float], limit: Float) {
      self.center = center
      self.spread = spread
      self.limit = limit
    }
  }
}
