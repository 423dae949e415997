// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringRecordings

/// Rules of decision as a JSON file, for people and for `mainspring stream --rules`.
enum RulesFile {
  static func text(_ rules: DecisionRules, _ settings: StreamSettings) -> String {
    JSONText.object { json in
      json.member("smoothing_hops", rules.smoothing)
      json.member("hop_rows", settings.plan.hop)
      if settings.repeatsNames {
        json.member("thresholds") { $0.array(rules.thresholds) { $0.number($1) } }
      } else {
        json.member("thresholds") { json in
          json.object { json in
            for (label, threshold) in rules.thresholds.enumerated() {
              json.member(settings.name(of: label), threshold)
            }
          }
        }
      }
      json.member("min_duration_s", Double(rules.minimumDuration) / 1e9)
      json.member("refractory_s", Double(rules.refractory) / 1e9)
      json.member("rearm", rules.rearm)
      if settings.repeatsNames {
        json.member("background") { $0.array(rules.background) { $0.number($1) } }
      } else {
        json.member("background", rules.background.map { settings.name(of: $0) })
      }
      if let known = rules.known {
        json.member("known_windows") { json in
          json.object { json in
            json.member("center") { $0.array(known.center) { $0.number($1) } }
            json.member("spread") { $0.array(known.spread) { $0.number($1) } }
            json.member("limit", known.limit)
          }
        }
      }
    } + "\n"
  }

  static func read(_ path: String, _ settings: StreamSettings) throws(Failure) -> DecisionRules {
    let file: MappedFile
    do throws(MappedFileError) {
      file = try MappedFile(path: path)
    } catch {
      throw Failure(error)
    }
    guard file.byteCount <= 1 << 20 else {
      throw Failure(.badData, "\(path): expected at most 1 MiB of rules, found more")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(file.byteCount)
    let span = file.bytes
    for index in 0..<file.byteCount {
      bytes.append(unsafe span.unsafeLoad(fromUncheckedByteOffset: index, as: UInt8.self))
    }
    let json = JSONValue(bytes)
    guard let json, json.members != nil else {
      let found = json?.summary ?? "no JSON"
      throw Failure(.badData, "\(path): expected a JSON object of rules, found \(found)")
    }
    return try rules(json, path, settings)
  }

  private static func rules(
    _ json: JSONValue, _ path: String, _ settings: StreamSettings
  ) throws(Failure) -> DecisionRules {
    let known = [
      "smoothing_hops", "hop_rows", "thresholds", "min_duration_s", "refractory_s", "rearm",
      "background", "known_windows",
    ]
    for member in json.members ?? [] where !known.contains(member.key) {
      throw Failure(.badData, "\(path): unknown rule '\(member.key)'")
    }
    var rules = DecisionRules(classCount: settings.classCount)
    let smoothing = try number(json, "smoothing_hops", 1...1024, 1, path)
    guard let hops = Int(exactly: smoothing) else {
      throw Failure(
        .badData, "\(path): smoothing_hops: expected a whole number, found \(decimal(smoothing))")
    }
    rules.smoothing = hops
    rules.minimumDuration = Int64(try number(json, "min_duration_s", 0...3600, 0, path) * 1e9 + 0.5)
    rules.refractory = Int64(try number(json, "refractory_s", 0...3600, 0, path) * 1e9 + 0.5)
    rules.rearm = Float(try number(json, "rearm", 0...1, 0.7, path))
    let hop = try number(json, "hop_rows", 1...1e9, Double(settings.plan.hop), path)
    if hop != Double(settings.plan.hop) {
      Console.note(
        "warning: \(path): the rules were fitted with a hop of \(decimal(hop)) rows, not "
          + "\(settings.plan.hop)")
    }
    if let value = json["thresholds"], value.members == nil, value.array == nil {
      throw Failure(
        .badData,
        "\(path): thresholds: expected numbers by class or an array of them, found "
          + value.summary)
    }
    if let value = json["background"], value.array == nil {
      throw Failure(
        .badData, "\(path): background: expected an array of classes, found \(value.summary)")
    }
    for member in json["thresholds"]?.members ?? [] {
      guard let label = settings.label(member.key), let value = member.value.number,
        (0...1).contains(value)
      else {
        throw Failure(
          .badData,
          "\(path): thresholds: expected a number from 0 to 1 for a class of the model, found "
            + "'\(member.key)'")
      }
      rules.thresholds[label] = Float(value)
    }
    if let values = json["thresholds"]?.array {
      guard values.count == settings.classCount else {
        throw Failure(
          .badData,
          "\(path): thresholds: expected \(settings.classCount) numbers, found \(values.count)")
      }
      for (label, value) in values.enumerated() {
        guard let number = value.number, (0...1).contains(number) else {
          throw Failure(
            .badData,
            "\(path): thresholds: expected numbers from 0 to 1, found \(value.summary)")
        }
        rules.thresholds[label] = Float(number)
      }
    }
    for name in json["background"]?.array ?? [] {
      let index = name.number.flatMap { Int(exactly: $0) }
      guard let label = name.text.flatMap({ settings.label($0) }) ?? index,
        (0..<settings.classCount).contains(label)
      else {
        throw Failure(
          .badData,
          "\(path): background: expected classes of the model, found \(name.summary)")
      }
      rules.background.append(label)
    }
    if let known = json["known_windows"] {
      guard let members = known.members else {
        throw Failure(
          .badData, "\(path): known_windows: expected an object, found \(known.summary)")
      }
      for member in members where !["center", "spread", "limit"].contains(member.key) {
        throw Failure(.badData, "\(path): known_windows: unknown rule '\(member.key)'")
      }
      let count = 2 * settings.channelCount
      guard let limit = known["limit"]?.number, limit > 0, limit <= 1e30 else {
        throw Failure(
          .badData,
          "\(path): known_windows: limit: expected a number above 0, found "
            + (known["limit"]?.summary ?? "none"))
      }
      rules.known = KnownWindows(
        center: try floats(known, "center", count, path) { $0.isFinite },
        spread: try floats(known, "spread", count, path) { $0.isFinite && $0 > 0 },
        limit: Float(limit))
    }
    return rules
  }

  private static func number(
    _ json: JSONValue, _ key: String, _ range: ClosedRange<Double>, _ standard: Double,
    _ path: String
  ) throws(Failure) -> Double {
    guard let value = json[key] else { return standard }
    guard let number = value.number, range.contains(number) else {
      throw Failure(
        .badData,
        "\(path): \(key): expected a number from \(decimal(range.lowerBound)) to "
          + "\(decimal(range.upperBound)), found \(value.summary)")
    }
    return number
  }

  /// A member of known windows: two numbers for each channel.
  private static func floats(
    _ json: JSONValue, _ key: String, _ count: Int, _ path: String, _ isGood: (Float) -> Bool
  ) throws(Failure) -> [Float] {
    let place = "\(path): known_windows.\(key)"
    guard let values = json[key]?.array else {
      throw Failure(
        .badData, "\(place): expected an array of numbers, found \(json[key].summary)")
    }
    guard values.count == count else {
      throw Failure(
        .badData,
        "\(place): expected \(count) numbers, two for each channel, found \(values.count)")
    }
    var numbers: [Float] = []
    for value in values {
      guard let number = value.number.map({ Float($0) }), isGood(number) else {
        let kind = key == "spread" ? "finite numbers above 0" : "finite numbers"
        throw Failure(.badData, "\(place): expected \(kind), found \(value.summary)")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// `2` rather than `2.0`.
  private static func decimal(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
  }
}
