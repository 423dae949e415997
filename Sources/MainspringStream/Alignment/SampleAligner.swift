// SPDX-License-Identifier: Apache-2.0

/// Places samples of several sensors on a uniform grid by their time stamps.
///
/// Each sensor has a clock of its own. Samples may come late, twice, in bursts or not at all: a
/// row of the grid appears as soon as each sensor has a sample on both sides of it, by linear
/// interpolation between the two. Where they are farther apart than the longest gap the grid starts
/// anew behind it. What comes out depends on the order of the samples only, not on when they came.
///
/// Samples go in by ``insert(sensor:time:values:)``, rows come out by ``nextRow()``; neither
/// allocates or locks.
@safe public struct SampleAligner: ~Copyable {
  /// Times are from −2⁶¹ to 2⁶¹: differences of two cannot overflow.
  static var latestTime: Int64 {
    @_noAllocation @_noLocks get { 1 << 61 }
  }

  public let channelCount: Int
  public let sensorCount: Int
  /// Nanoseconds between rows.
  let period: Double
  let maximumGap: Int64
  let reorderDelay: Int64
  let clockJump: Int64
  let clockJumpSamples: Int
  let toleratesRate: Bool
  let capacity: Int
  let sensors: SensorTable
  let slots: SampleSlots
  let row: FloatBlock

  /// Time of row 0 and the number of the next one; meaningless without a grid.
  var origin: Int64 = 0
  var step: Int64 = 0
  var hasGrid = false
  /// No samples will come: nothing is worth waiting for.
  var isEnding = false

  /// What became of the samples.
  public internal(set) var counts: SampleCounts = SampleCounts()
  /// Gaps the grid broke at.
  public internal(set) var gapCount: UInt64 = 0
  /// How often a clock was set back.
  public internal(set) var clockJumpCount: UInt64 = 0
  /// Rows that came out.
  public internal(set) var rowCount: UInt64 = 0

  /// Time of the row ``nextRow()`` gave last.
  public internal(set) var rowTime: Int64 = 0
  /// Whether that row has no row before it: it is the first, or behind a gap.
  public internal(set) var rowStartsGrid: Bool = false

  /// - Throws: ``StreamError/options(_:)``.
  /// - Complexity: allocates the buffers, all that there ever are.
  public init(_ options: AlignmentOptions) throws(StreamError) {
    try options.check()
    channelCount = options.channelCount
    sensorCount = options.sensors.count
    period = 1e9 / options.rate
    maximumGap = options.gap
    reorderDelay = options.reorderDelay
    clockJump = options.clockJump
    clockJumpSamples = options.clockJumpSamples
    toleratesRate = options.toleratesRate
    capacity = options.bufferCapacity
    sensors = SensorTable(options.sensors)
    slots = SampleSlots(
      count: options.sensors.count * options.bufferCapacity,
      width: options.sensors.reduce(1) { max($0, $1.channels.count) })
    row = FloatBlock(count: options.channelCount)
  }

  /// The row ``nextRow()`` gave last, `[channels]`.
  public var rowValues: Span<Float> {
    @_noAllocation @_noLocks @_lifetime(borrow self) get { row.span(0..<channelCount) }
  }

  /// Nanoseconds from the start of the grid to a row.
  @_noAllocation @_noLocks
  func offset(of step: Int64) -> Int64 { Int64(Double(step) * period + 0.5) }

  /// The promised and the measured rate of a sensor.
  ///
  /// - Precondition: there is such a sensor.
  public func rate(of sensor: Int) -> SensorRate {
    let monitor = sensors[sensor].monitor
    return SensorRate(
      promised: monitor.promised > 0 ? monitor.promised : nil,
      measured: monitor.measured > 0 ? monitor.measured : nil,
      isOff: monitor.deviation > RateMonitor.reported)
  }
}

/// Samples as they wait, by age.
extension SampleAligner {
  /// The slot of a sample of a sensor, the oldest one being 0.
  @_noAllocation @_noLocks
  func slot(_ sensor: Int, _ index: Int, _ state: SensorState) -> Int {
    let place = state.head + index
    return sensor * capacity + (place < capacity ? place : place - capacity)
  }

  @_noAllocation @_noLocks
  func time(_ sensor: Int, _ index: Int, _ state: SensorState) -> Int64 {
    slots.time(slot(sensor, index, state))
  }

  /// Takes the oldest samples away and books what became of those nobody used.
  @_noAllocation @_noLocks
  mutating func drop(_ number: Int, of sensor: Int, _ state: inout SensorState, inGap: Bool) {
    for index in 0..<number where !slots.isUsed(slot(sensor, index, state)) {
      if inGap { counts.droppedInGap += 1 } else { counts.interpolatedOver += 1 }
    }
    // Samples are in their order by now, however late some of them came.
    for index in 1..<max(min(number + 1, state.count), 1) {
      let interval = time(sensor, index, state) - time(sensor, index - 1, state)
      if state.monitor.add(interval) { state.hasNewRate = true }
    }
    if number > 0 {
      state.floor = max(state.floor, time(sensor, number - 1, state))
      state.head += number
      if state.head >= capacity { state.head -= capacity }
      state.count -= number
    }
  }

  /// Takes all samples away, and the clocks and the grid with them.
  @_noAllocation @_noLocks
  mutating func forgetClocks() {
    for sensor in 0..<sensorCount {
      var state = sensors[sensor]
      drop(state.count, of: sensor, &state, inGap: true)
      state.forget()
      sensors[sensor] = state
    }
    hasGrid = false
  }
}
