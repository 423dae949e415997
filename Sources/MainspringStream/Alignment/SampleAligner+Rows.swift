// SPDX-License-Identifier: Apache-2.0

extension SampleAligner {
  /// Computes the next row of the grid if its neighbours are there.
  ///
  /// - Returns: whether there is one, in ``rowValues``, ``rowTime`` and ``rowStartsGrid``.
  /// - Complexity: O(channels), and O(samples) where a gap ends.
  @_noAllocation @_noLocks
  public mutating func nextRow() -> Bool {
    while true {
      if !hasGrid, !startGrid() { return false }
      let time = origin + offset(of: step)
      var isWaiting = false
      var gapEnd = Int64.min
      for sensor in 0..<sensorCount {
        let state = sensors[sensor]
        let right = firstSample(from: time, of: sensor, state)
        guard right < state.count, isSettled(self.time(sensor, right, state), state) else {
          isWaiting = true
          continue
        }
        let rightTime = self.time(sensor, right, state)
        if rightTime == time { continue }
        if right == 0 || rightTime - self.time(sensor, right - 1, state) > maximumGap {
          gapEnd = max(gapEnd, rightTime)
        }
      }
      if gapEnd > time {
        dropSamples(before: gapEnd)
        hasGrid = false
        gapCount += 1
        continue
      }
      if isWaiting { return false }
      for sensor in 0..<sensorCount { interpolate(sensor, at: time) }
      rowTime = time
      rowStartsGrid = step == 0
      step += 1
      rowCount += 1
      return true
    }
  }

  /// Says that no more samples come: rows that waited for late ones follow by ``nextRow()``.
  @_noAllocation @_noLocks
  public mutating func end() { isEnding = true }

  /// Forgets all samples, clocks and rows, but not what was counted; a new recording may follow.
  @_noAllocation @_noLocks
  public mutating func restart() {
    forgetClocks()
    isEnding = false
  }

  /// A grid starts where each sensor has a sample at or before it.
  @_noAllocation @_noLocks
  private mutating func startGrid() -> Bool {
    var start = Int64.min
    for sensor in 0..<sensorCount {
      let state = sensors[sensor]
      guard state.count > 0, isSettled(time(sensor, 0, state), state) else { return false }
      start = max(start, time(sensor, 0, state))
    }
    guard sensorCount > 0 else { return false }
    origin = start
    step = 0
    hasGrid = true
    dropSamples(before: start)
    return true
  }

  /// Nothing that changes the sample at this time, or comes before it, is waited for.
  @_noAllocation @_noLocks
  private func isSettled(_ time: Int64, _ state: SensorState) -> Bool {
    isEnding || time <= state.newest - reorderDelay || state.count == capacity
  }

  /// The oldest sample at a time or later; the number of samples when there is none.
  @_noAllocation @_noLocks
  private func firstSample(from time: Int64, of sensor: Int, _ state: SensorState) -> Int {
    var index = 0
    while index < state.count, self.time(sensor, index, state) < time { index += 1 }
    return index
  }

  /// Drops what no row from this time on needs: samples whose successor is not later.
  @_noAllocation @_noLocks
  private mutating func dropSamples(before time: Int64) {
    for sensor in 0..<sensorCount {
      var state = sensors[sensor]
      let right = firstSample(from: time, of: sensor, state)
      let isExact = right < state.count && self.time(sensor, right, state) == time
      drop(isExact ? right : max(right - 1, 0), of: sensor, &state, inGap: true)
      // What comes from before the oldest sample kept is of no use any more.
      if state.count > 0, self.time(sensor, 0, state) <= time {
        state.floor = max(state.floor, self.time(sensor, 0, state))
      }
      sensors[sensor] = state
    }
  }

  /// Writes the sensor's channels of a row whose neighbours are there.
  @_noAllocation @_noLocks
  private mutating func interpolate(_ sensor: Int, at time: Int64) {
    var state = sensors[sensor]
    let index = firstSample(from: time, of: sensor, state)
    let right = slot(sensor, index, state)
    let rightTime = slots.time(right)
    let isExact = rightTime == time
    let left = isExact ? right : slot(sensor, index - 1, state)
    let leftTime = slots.time(left)
    let span = Double(rightTime - leftTime)
    let share = isExact ? 0 : Double(time - leftTime) / span
    for value in 0..<state.width {
      let (a, b) = (Double(slots.value(left, value)), Double(slots.value(right, value)))
      row[sensors.channel(state, value)] = Float(isExact ? a : a + (b - a) * share)
    }
    if slots.use(left) { counts.used += 1 }
    if slots.use(right) { counts.used += 1 }
    drop(isExact ? index : index - 1, of: sensor, &state, inGap: step == 0)
    state.floor = max(state.floor, rightTime)
    sensors[sensor] = state
  }
}
