// SPDX-License-Identifier: Apache-2.0

/// What a channel called `ax`, `gyro_x` or `accelerometer.z` is.
struct ChannelMeaning: Hashable {
  /// Names people and programs give to sensors, in the order that models take them.
  static let sensors: [[String]] = [
    ["a", "acc", "accel", "accelerometer", "linear_acceleration", "linearacceleration"],
    ["g", "gyr", "gyro", "gyroscope"],
    ["m", "mag", "magnet", "magnetometer"],
  ]

  /// Place in ``sensors``.
  let sensor: Int
  /// Place in the axes.
  let axis: Int

  /// - Returns: nil for a name that says neither or only one of them.
  init?(_ name: String, axes: [String] = ["x", "y", "z"]) {
    let lower = name.lowercased()
    guard let axis = axes.firstIndex(where: { lower.hasSuffix($0.lowercased()) }) else {
      return nil
    }
    var stem = lower.dropLast(axes[axis].count)
    while let last = stem.last, "._- ".contains(last) { stem.removeLast() }
    guard let sensor = Self.sensors.firstIndex(where: { $0.contains(String(stem)) }) else {
      return nil
    }
    (self.sensor, self.axis) = (sensor, axis)
  }
}
