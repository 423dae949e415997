// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Writes the table of our own, with everything TFLite's metadata have no field for; see
/// `contract.fbs`.
struct ContractWriter: ~Copyable {
  private typealias Offset = FlatBufferBuilder.Offset

  private var builder: FlatBufferBuilder

  private init() throws(ConvertError) { builder = try FlatBufferBuilder() }

  static func bytes(_ contract: ModelContract) throws(ConvertError) -> [UInt8] {
    var writer = try ContractWriter()
    let root = writer.write(contract)
    return try writer.builder.finish(root: root, identifier: ContractSchema.identifier)
  }

  private mutating func write(_ contract: ModelContract) -> Offset {
    let isPlain = contract.inputs.allSatisfy { $0.channels.isEmpty && $0.ranges.isEmpty }
    var inputs: Offset?
    if !isPlain {
      var tables: [Offset] = []
      for input in contract.inputs { tables.append(self.input(input)) }
      inputs = builder.vector(tables)
    }
    let calibration = contract.calibration.map { self.calibration($0) }
    let rules = contract.rules.map { self.rules($0) }
    let golden = contract.golden.map { self.golden($0) }
    builder.startTable()
    if let rate = contract.sampleRate { builder.add(1, rate) }
    if let window = contract.window { builder.add(2, UInt32(clamping: window)) }
    if let hop = contract.hop { builder.add(3, UInt32(clamping: hop)) }
    builder.add(4, inputs)
    builder.add(5, calibration)
    builder.add(6, rules)
    builder.add(7, golden)
    return builder.endTable()
  }

  private mutating func input(_ input: ModelContract.Input) -> Offset {
    var channels: Offset?
    if !input.channels.isEmpty {
      var tables: [Offset] = []
      for channel in input.channels {
        let name = builder.string(channel.name)
        let unit = channel.unit.isEmpty ? nil : builder.string(channel.unit)
        builder.startTable()
        builder.add(0, name)
        builder.add(1, unit)
        tables.append(builder.endTable())
      }
      channels = builder.vector(tables)
    }
    let lows = floats(input.ranges.map(\.lowerBound))
    let highs = floats(input.ranges.map(\.upperBound))
    builder.startTable()
    builder.add(0, channels)
    builder.add(1, lows)
    builder.add(2, highs)
    return builder.endTable()
  }

  private mutating func calibration(_ calibration: ModelContract.Calibration) -> Offset {
    let method = builder.string(calibration.method)
    builder.startTable()
    builder.add(0, method)
    builder.add(1, UInt32(clamping: calibration.windowCount))
    builder.add(2, calibration.hash)
    return builder.endTable()
  }

  private mutating func rules(_ rules: ModelContract.Rules) -> Offset {
    let thresholds = floats(rules.thresholds)
    let background =
      rules.background.isEmpty
      ? nil : builder.vector(rules.background.map { UInt32(clamping: $0) })
    let known = rules.known.map { self.known($0) }
    builder.startTable()
    if rules.smoothing != 1 { builder.add(0, UInt32(clamping: rules.smoothing)) }
    builder.add(1, thresholds)
    if rules.minimumDuration != 0 { builder.add(2, rules.minimumDuration) }
    if rules.refractory != 0 { builder.add(3, rules.refractory) }
    builder.add(4, rules.rearm)
    builder.add(5, background)
    builder.add(6, known)
    if rules.isFitted { builder.add(7, 1 as UInt8) }
    return builder.endTable()
  }

  private mutating func known(_ known: ModelContract.KnownWindows) -> Offset {
    let center = floats(known.center)
    let spread = floats(known.spread)
    builder.startTable()
    builder.add(0, center)
    builder.add(1, spread)
    builder.add(2, known.limit)
    return builder.endTable()
  }

  private mutating func golden(_ golden: GoldenVectors) -> Offset {
    let outputs = floats(golden.outputs)
    var inputs: Offset?
    if case .stored(let values) = golden.inputs { inputs = floats(values) }
    builder.startTable()
    builder.add(0, UInt32(clamping: golden.windowCount))
    if case .seeded(let seed, let low, let high) = golden.inputs {
      builder.add(1, seed)
      builder.add(2, low)
      builder.add(3, high)
    }
    builder.add(4, inputs)
    builder.add(5, outputs)
    builder.add(6, golden.tolerance)
    return builder.endTable()
  }

  private mutating func floats(_ values: [Float]) -> Offset? {
    values.isEmpty ? nil : builder.vector(values)
  }
}
