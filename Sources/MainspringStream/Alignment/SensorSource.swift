// SPDX-License-Identifier: Apache-2.0

/// One of the sensors a stream listens to: a clock of its own, and some channels of the model.
public struct SensorSource: Hashable, Sendable {
  /// By value of a sample: which channel of the model it is.
  public var channels: [Int]
  /// Samples a second that the sensor promises; nil for any.
  public var rate: Double?
  /// Values of this magnitude and above are saturated: no measurement.
  public var limit: Float

  public init(channels: [Int], rate: Double? = nil, limit: Float = .infinity) {
    self.channels = channels
    self.rate = rate
    self.limit = limit
  }
}

/// How samples become rows of the model's grid. All times are in nanoseconds.
public struct AlignmentOptions: Hashable, Sendable {
  /// Rows a second: the rate the model was trained at.
  public var rate: Double
  /// Channels of the model.
  public var channelCount: Int
  public var sensors: [SensorSource]
  /// Neighbours farther apart than this have a gap between them; nil for three periods.
  public var maximumGap: Int64?
  /// A row waits until each sensor has sent something so much later than its neighbours: samples
  /// that are late by less come in time.
  public var reorderDelay: Int64 = 0
  /// Samples of each sensor that can wait for another one.
  public var bufferCapacity: Int = 128
  /// A clock that goes back by more than this, and stays there, was set anew.
  public var clockJump: Int64 = 1_000_000_000
  /// Samples in a row that must agree that a clock was set back.
  public var clockJumpSamples: Int = 8
  /// Whether a rate that is off by more than a fifth is only reported.
  public var toleratesRate: Bool = false

  public init(rate: Double, channelCount: Int, sensors: [SensorSource]) {
    self.rate = rate
    self.channelCount = channelCount
    self.sensors = sensors
  }

  /// One sensor that sends all channels in the model's order.
  public init(rate: Double, channelCount: Int) {
    self.init(
      rate: rate, channelCount: channelCount,
      sensors: [SensorSource(channels: Array(0..<max(channelCount, 0)), rate: rate)])
  }
}

extension AlignmentOptions {
  /// The longest time between neighbours.
  var gap: Int64 { maximumGap ?? Int64((3e9 / rate).rounded()) }

  /// - Throws: ``StreamError/options(_:)`` when something is out of range, or a channel does not
  ///   come from exactly one sensor.
  func check() throws(StreamError) {
    guard rate.isFinite, rate >= 0.001, rate <= 100_000 else { throw .options(.rate) }
    guard channelCount >= 1, channelCount <= 4096 else { throw .options(.channels) }
    var taken = [Bool](repeating: false, count: channelCount)
    for sensor in sensors {
      for channel in sensor.channels {
        guard channel >= 0, channel < channelCount, !taken[channel] else {
          throw .options(.channels)
        }
        taken[channel] = true
      }
      guard !sensor.channels.isEmpty else { throw .options(.channels) }
      if let rate = sensor.rate {
        guard rate.isFinite, rate >= 0.001, rate <= 1_000_000 else { throw .options(.rate) }
      }
      guard sensor.limit > 0 else { throw .options(.limit) }
    }
    for channel in taken where !channel { throw .options(.channels) }
    let times: ClosedRange<Int64> = 0...SampleAligner.latestTime
    guard maximumGap.map({ $0 >= 1 && times.contains($0) }) ?? true,
      times.contains(reorderDelay), clockJump >= 1, times.contains(clockJump)
    else { throw .options(.times) }
    guard bufferCapacity >= 4, bufferCapacity <= 1 << 16, clockJumpSamples >= 1 else {
      throw .options(.buffer)
    }
  }
}
