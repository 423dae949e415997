// SPDX-License-Identifier: Apache-2.0

extension SampleAligner {
  /// Takes one sample in; all there is to know about it is in ``counts`` sooner or later.
  ///
  /// - Parameters:
  ///   - sensor: whose it is.
  ///   - time: nanoseconds on that sensor's clock; all clocks count from one start.
  ///   - values: one for each channel of the sensor, in the model's units.
  /// - Throws: ``StreamError`` when there is no such sensor, the number of values differs, or the
  ///   sensor's rate is off by more than a fifth; except for the rate, nothing came in then.
  /// - Complexity: O(values + samples that are younger).
  @_noAllocation @_noLocks
  public mutating func insert(
    sensor: Int, time: Int64, values sample: Span<Float>
  ) throws(StreamError) {
    guard sensor >= 0, sensor < sensorCount else {
      throw .noSensor(index: sensor, count: sensorCount)
    }
    var state = sensors[sensor]
    guard sample.count == state.width else {
      throw .sampleLength(sensor: sensor, expected: state.width, found: sample.count)
    }
    counts.received += 1
    guard time >= -SampleAligner.latestTime, time <= SampleAligner.latestTime,
      isMeasurement(sample, state.limit)
    else {
      counts.invalid += 1
      return
    }
    if time <= state.floor {
      if time == state.floor {
        counts.duplicate += 1
        return
      }
      if !isBehind(time, &state) {
        counts.late += 1
        sensors[sensor] = state
        return
      }
      forgetClocks()
      clockJumpCount += 1
      state = sensors[sensor]
    }
    var index = state.count
    while index > 0, self.time(sensor, index - 1, state) > time { index -= 1 }
    if index > 0, self.time(sensor, index - 1, state) == time {
      counts.duplicate += 1
      return
    }
    if state.count == capacity {
      if index == 0 {
        counts.late += 1
        return
      }
      drop(1, of: sensor, &state, inGap: true)
      index -= 1
    }
    place(sample, sensor, time, index, &state)
    let isRateNew = state.hasNewRate
    state.hasNewRate = false
    state.newest = max(state.newest, time)
    (state.behindCount, state.behindTime) = (0, 0)
    sensors[sensor] = state
    if isRateNew, !toleratesRate, state.monitor.deviation > RateMonitor.refused {
      throw .rate(
        sensor: sensor, expected: state.monitor.promised, found: state.monitor.measured)
    }
  }

  @_noAllocation @_noLocks
  private func isMeasurement(_ sample: Span<Float>, _ limit: Float) -> Bool {
    for index in 0..<sample.count {
      let magnitude = abs(sample[index])
      // Not-a-number is not below anything.
      if !(magnitude < limit) { return false }
    }
    return true
  }

  /// Whether one more sample from long ago means that the clock was set back: enough of them in a
  /// row, each near the one before.
  @_noAllocation @_noLocks
  private func isBehind(_ time: Int64, _ state: inout SensorState) -> Bool {
    guard state.newest - time > clockJump else {
      (state.behindCount, state.behindTime) = (0, 0)
      return false
    }
    let apart = time - state.behindTime
    let isNear = state.behindCount > 0 && apart <= clockJump && -apart <= clockJump
    state.behindCount = isNear ? state.behindCount + 1 : 1
    state.behindTime = time
    return state.behindCount >= clockJumpSamples
  }

  /// Writes a sample into its place in the order of times.
  @_noAllocation @_noLocks
  private func place(
    _ sample: Span<Float>, _ sensor: Int, _ time: Int64, _ index: Int, _ state: inout SensorState
  ) {
    state.count += 1
    var to = state.count - 1
    while to > index {
      slots.move(slot(sensor, to - 1, state), to: slot(sensor, to, state))
      to -= 1
    }
    slots.set(slot(sensor, index, state), time, sample)
  }
}
