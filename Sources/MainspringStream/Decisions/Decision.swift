// SPDX-License-Identifier: Apache-2.0

/// What a stream says about one window.
public struct Decision: Hashable, Sendable {
  /// Time of the window's last row, in nanoseconds.
  public var time: Int64
  /// Number of the window since the grid started, from 0; 0 means that nothing came before it.
  public var window: Int64
  /// The class, or nil for a window in which nothing is convincing.
  public var label: Int?
  /// The most likely class by the average, convincing or not.
  public var best: Int
  /// The average of that class.
  public var probability: Float
  /// How far the window is from those the model knows; 0 where nothing is known about them.
  public var distance: Float
  /// The event that became certain with this window.
  public var event: Event?

  @_noAllocation @_noLocks
  public init(
    time: Int64, window: Int64, label: Int?, best: Int, probability: Float, distance: Float,
    event: Event?
  ) {
    self.time = time
    self.window = window
    self.label = label
    self.best = best
    self.probability = probability
    self.distance = distance
    self.event = event
  }
}

/// A gesture, once.
public struct Event: Hashable, Sendable {
  public var label: Int
  /// Time of the window in which the class became convincing, in nanoseconds.
  public var start: Int64
  /// Time of the window in which the event was certain.
  public var time: Int64
  /// The average of the class then.
  public var probability: Float

  @_noAllocation @_noLocks
  public init(label: Int, start: Int64, time: Int64, probability: Float) {
    self.label = label
    self.start = start
    self.time = time
    self.probability = probability
  }
}
