// SPDX-License-Identifier: Apache-2.0

/// The states of all sensors, and which channel of the model each of their values is.
@safe struct SensorTable: ~Copyable, @unchecked Sendable {
  private let states: UnsafeMutablePointer<SensorState>
  private let channels: UnsafeMutablePointer<Int32>
  let count: Int

  init(_ sources: [SensorSource]) {
    count = sources.count
    let total = sources.reduce(0) { $0 + $1.channels.count }
    unsafe states = UnsafeMutablePointer<SensorState>.allocate(capacity: max(count, 1))
    unsafe channels = UnsafeMutablePointer<Int32>.allocate(capacity: max(total, 1))
    var first = 0
    for (index, source) in sources.enumerated() {
      unsafe (states + index).initialize(
        to: SensorState(
          width: source.channels.count, firstChannel: first, limit: source.limit,
          rate: source.rate))
      for channel in source.channels {
        unsafe (channels + first).initialize(to: Int32(channel))
        first += 1
      }
    }
  }

  deinit {
    unsafe states.deallocate()
    unsafe channels.deallocate()
  }

  subscript(sensor: Int) -> SensorState {
    @_noAllocation @_noLocks get {
      precondition(sensor >= 0 && sensor < count, "a sensor")
      return unsafe states[sensor]
    }
    @_noAllocation @_noLocks nonmutating set {
      precondition(sensor >= 0 && sensor < count, "a sensor")
      unsafe states[sensor] = newValue
    }
  }

  /// The channel of a value of a sensor.
  @_noAllocation @_noLocks
  func channel(_ state: SensorState, _ value: Int) -> Int {
    precondition(value >= 0 && value < state.width, "a value of the sensor")
    return Int(unsafe channels[state.firstChannel + value])
  }
}
