// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The shapes of structured probes, taken in turn.
///
/// Strengths are spread log-uniformly from a fifth of a channel's deviation to four times it: what a
/// model was trained on need not be known exactly to be met.
enum StructuredProbe: CaseIterable {
  case constant, impulse, step, sweep, waves, reversed, swapped, zero

  func values(
    _ layout: ProbeSource.Layout, _ ranges: [ChannelRange], base: [Float],
    _ random: inout ProbeGenerator
  ) -> [Float] {
    let (rows, channels) = (layout.rows, layout.channels)
    switch self {
    case .zero:
      return [Float](repeating: 0, count: rows * channels)
    case .constant:
      let levels = ranges.map { $0.mean + $0.deviation * Self.strength(&random) }
      return Self.filled(rows, channels) { _, channel in levels[channel] }
    case .impulse:
      let place = random.index(below: max(rows * channels, 1))
      let height = Self.strength(&random) * 3
      return Self.filled(rows, channels) { row, channel in
        let isHit = row * channels + channel == place
        return ranges[channel].mean + (isHit ? ranges[channel].deviation * height : 0)
      }
    case .step:
      // Along time, or along the features where there is no time.
      let isFlat = rows == 1
      let place = random.index(below: max(isFlat ? channels : rows, 1))
      let levels = ranges.map { $0.deviation * Self.strength(&random) }
      return Self.filled(rows, channels) { row, channel in
        let isAfter = (isFlat ? channel : row) >= place
        return ranges[channel].mean + (isAfter ? levels[channel] : -levels[channel])
      }
    case .sweep:
      return Self.sine(layout, ranges, sweeps: true, &random)
    case .waves:
      return Self.waves(layout, ranges, &random)
    case .reversed:
      if rows == 1 { return Array(base.reversed()) }
      return Self.filled(rows, channels) { row, channel in
        base[(rows - 1 - row) * channels + channel]
      }
    case .swapped:
      let shift = channels > 1 ? 1 + random.index(below: channels - 1) : 0
      return Self.filled(rows, channels) { row, channel in
        base[row * channels + (channel + shift) % channels]
      }
    }
  }

  /// A sine of its own phase, speed and strength in every channel.
  static func waves(
    _ layout: ProbeSource.Layout, _ ranges: [ChannelRange], _ random: inout ProbeGenerator
  ) -> [Float] {
    sine(layout, ranges, sweeps: false, &random)
  }

  private static func sine(
    _ layout: ProbeSource.Layout, _ ranges: [ChannelRange], sweeps: Bool,
    _ random: inout ProbeGenerator
  ) -> [Float] {
    let length = Float(max(layout.rows == 1 ? layout.channels : layout.rows, 1))
    var phases: [Float] = []
    var speeds: [Float] = []
    var levels: [Float] = []
    for range in ranges {
      phases.append(random.uniform(0, 2 * .pi))
      speeds.append(random.logUniform(0.5, max(length / 8, 1)))
      levels.append(range.deviation * strength(&random))
    }
    return filled(layout.rows, layout.channels) { row, channel in
      let time = Float(layout.rows == 1 ? channel : row) / length
      // Along features there is one wave, that of the first.
      let wave = layout.rows == 1 ? 0 : channel
      let turns = speeds[wave] * (sweeps ? time * time : time)
      return ranges[channel].mean + levels[channel] * sin(2 * .pi * turns + phases[wave])
    }
  }

  private static func strength(_ random: inout ProbeGenerator) -> Float {
    let size = random.logUniform(0.2, 4)
    return random.next() & 1 == 0 ? size : -size
  }

  private static func filled(_ rows: Int, _ channels: Int, _ value: (Int, Int) -> Float) -> [Float]
  {
    var values: [Float] = []
    values.reserveCapacity(rows * channels)
    for row in 0..<rows { for channel in 0..<channels { values.append(value(row, channel)) } }
    return values
  }
}
