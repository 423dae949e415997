// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// A contract for programs, in the form that `convert --contract` takes.
enum ContractJSON {
  static func members(_ contract: ModelContract, _ json: inout JSONText) {
    if !contract.inputs.isEmpty {
      json.member("inputs") { $0.array(contract.inputs) { input($1, &$0) } }
    }
    if !contract.outputs.isEmpty {
      json.member("outputs") { json in
        json.array(contract.outputs) { json, output in
          json.object { $0.member("labels", output.labels) }
        }
      }
    }
    if let rate = contract.sampleRate { json.member("sample_rate_hz", rate) }
    if let window = contract.window { json.member("window_rows", window) }
    if let hop = contract.hop { json.member("hop_rows", hop) }
    if let calibration = contract.calibration {
      json.member("calibration") { json in
        json.object { json in
          json.member("method", calibration.method)
          json.member("windows", calibration.windowCount)
          json.member("hash", calibration.hashText)
        }
      }
    }
    if let found = contract.rules { json.member("rules") { rules(found, contract, &$0) } }
    if let golden = contract.golden { json.member("self_test") { selfTest(golden, &$0) } }
  }

  private static func input(_ input: ModelContract.Input, _ json: inout JSONText) {
    json.object { json in
      if !input.channels.isEmpty {
        json.member("channels") { json in
          json.array(input.channels) { json, channel in
            json.object { json in
              json.member("name", channel.name)
              if !channel.unit.isEmpty { json.member("unit", channel.unit) }
            }
          }
        }
      }
      if let scaler = input.scaler {
        json.member("scaler") { json in
          json.object { json in
            floats("mean", scaler.means, &json)
            floats("std", scaler.deviations, &json)
          }
        }
      }
      if !input.ranges.isEmpty {
        json.member("ranges") { json in
          json.array(input.ranges) { json, range in
            json.array([range.lowerBound, range.upperBound]) { $0.number($1) }
          }
        }
      }
    }
  }

  private static func rules(
    _ rules: ModelContract.Rules, _ contract: ModelContract, _ json: inout JSONText
  ) {
    let names = contract.labels
    json.object { json in
      json.member("smoothing_hops", rules.smoothing)
      if names.isEmpty || Set(names).count < names.count {
        floats("thresholds", rules.thresholds, &json)
      } else {
        json.member("thresholds") { json in
          json.object { json in
            for (name, threshold) in zip(names, rules.thresholds) { json.member(name, threshold) }
          }
        }
      }
      json.member("min_duration_s", Double(rules.minimumDuration) / 1e9)
      json.member("refractory_s", Double(rules.refractory) / 1e9)
      json.member("rearm", rules.rearm)
      if Set(names).count < names.count {
        // Names that repeat name nothing.
        json.member("background") { $0.array(rules.background) { $0.number($1) } }
      } else {
        json.member("background", rules.background.map { names.isEmpty ? "\($0)" : names[$0] })
      }
      if let known = rules.known {
        json.member("known_windows") { json in
          json.object { json in
            floats("center", known.center, &json)
            floats("spread", known.spread, &json)
            json.member("limit", known.limit)
          }
        }
      }
    }
  }

  private static func selfTest(_ golden: GoldenVectors, _ json: inout JSONText) {
    json.object { json in
      json.member("windows", golden.windowCount)
      switch golden.inputs {
      case .seeded(let seed, let low, let high):
        json.member("seed", "\(seed)")
        json.member("low", low)
        json.member("high", high)
      case .stored(let values): floats("inputs", values, &json)
      }
      floats("outputs", golden.outputs, &json)
      json.member("tolerance", golden.tolerance)
    }
  }

  private static func floats(_ key: String, _ values: [Float], _ json: inout JSONText) {
    json.member(key) { $0.array(values) { $0.number($1) } }
  }
}

extension ModelContract.Calibration {
  /// 16 hexadecimal digits.
  var hashText: String {
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
