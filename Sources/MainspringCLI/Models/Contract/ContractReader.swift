// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringRecordings

/// Reads a contract as ``ContractJSON`` writes it; the output of `inspect --json` will do as well.
struct ContractReader {
  private let path: String
  private let root: JSONValue

  init(_ path: String) throws(Failure) {
    self.path = path
    root = try SmallFile.json(path)
  }

  /// The file as a scaler; scikit-learn's names are taken, too.
  func scaler() throws(Failure) -> Scaler { try scaler(root, "") }

  /// The file as a contract; rules of `fit-decisions` are one that holds nothing else. What
  /// conversions find out themselves is left out: calibration and self-test.
  ///
  /// - Parameter labels: names of the classes where the file has none.
  func contract(labels: [String]) throws(Failure) -> ModelContract {
    let json = root["contract"] ?? root
    if json["smoothing_hops"] != nil {
      var contract = ModelContract()
      contract.rules = try rules(json, labels)
      contract.hop = try integer(json, "hop_rows", "")
      return contract
    }
    try know(
      json,
      [
        "inputs", "outputs", "sample_rate_hz", "window_rows", "hop_rows", "calibration", "rules",
        "self_test",
      ], "")
    var contract = ModelContract()
    for (index, input) in try array(json, "inputs", "").enumerated() {
      contract.inputs.append(try self.input(input, "inputs[\(index)]."))
    }
    for (index, output) in try array(json, "outputs", "").enumerated() {
      let place = "outputs[\(index)]."
      try know(output, ["labels"], place)
      contract.outputs.append(.init(labels: try texts(output, "labels", place)))
    }
    contract.sampleRate = try number(json, "sample_rate_hz", "")
    contract.window = try integer(json, "window_rows", "")
    contract.hop = try integer(json, "hop_rows", "")
    if let rules = json["rules"] {
      contract.rules = try self.rules(rules, contract.labels.isEmpty ? labels : contract.labels)
    }
    return contract
  }

  private func input(_ json: JSONValue, _ place: String) throws(Failure) -> ModelContract.Input {
    try know(json, ["channels", "scaler", "ranges"], place)
    var input = ModelContract.Input()
    for (index, channel) in try array(json, "channels", place).enumerated() {
      let place = "\(place)channels[\(index)]."
      try know(channel, ["name", "unit"], place)
      guard let name = channel["name"]?.text else {
        throw failure(place + "name", "a name", channel["name"].summary)
      }
      guard let unit = channel["unit"].map({ $0.text }) ?? "" else {
        throw failure(place + "unit", "a text", channel["unit"].summary)
      }
      input.channels.append(.init(name: name, unit: unit))
    }
    let names = input.channels.map(\.name)
    if let twice = names.repetition {
      throw failure(
        "\(place)channels[\(twice.second)].name", "a name that no other channel has",
        "'\(names[twice.first])', as channels[\(twice.first)] has it")
    }
    if let scaler = json["scaler"] { input.scaler = try self.scaler(scaler, place + "scaler.") }
    for range in try array(json, "ranges", place) {
      let ends = (range.array ?? []).compactMap { $0.number.map { Float($0) } }
      guard ends.count == 2, ends[0] <= ends[1], range.array?.count == 2 else {
        throw failure(place + "ranges", "pairs of numbers, the lower one first", range.summary)
      }
      input.ranges.append(ends[0]...ends[1])
    }
    return input
  }

  private func scaler(_ json: JSONValue, _ place: String) throws(Failure) -> Scaler {
    let names = json["mean_"] == nil ? ("mean", "std") : ("mean_", "scale_")
    if !place.isEmpty { try know(json, [names.0, names.1], place) }
    let (means, deviations) = (
      try floats(json, names.0, place), try floats(json, names.1, place)
    )
    guard !means.isEmpty else { throw failure(place + names.0, "numbers", json[names.0].summary) }
    return Scaler(means: means, deviations: deviations)
  }

  private func rules(_ json: JSONValue, _ labels: [String]) throws(Failure) -> ModelContract.Rules {
    try know(
      json,
      [
        "smoothing_hops", "hop_rows", "thresholds", "min_duration_s", "refractory_s", "rearm",
        "background", "known_windows",
      ], "rules.")
    func label(_ name: String) throws(Failure) -> Int {
      if let label = labels.firstIndex(of: name) {
        if labels.lastIndex(of: name) == label { return label }
        throw failure("rules", "numbers of classes where names repeat", "'\(name)'")
      }
      if labels.isEmpty, let label = Int(name) { return label }
      throw failure("rules", "classes of the model", "'\(name)'")
    }
    var rules = ModelContract.Rules(thresholds: [])
    if let members = json["thresholds"]?.members {
      rules.thresholds = [Float](repeating: 0.5, count: max(labels.count, members.count))
      for member in members {
        let index = try label(member.key)
        guard let value = member.value.number, rules.thresholds.indices.contains(index) else {
          throw failure("rules.thresholds", "a number for each class", member.value.summary)
        }
        rules.thresholds[index] = Float(value)
      }
    } else {
      rules.thresholds = try floats(json, "thresholds", "rules.")
    }
    rules.smoothing = try integer(json, "smoothing_hops", "rules.") ?? 1
    rules.minimumDuration = try nanoseconds(json, "min_duration_s")
    rules.refractory = try nanoseconds(json, "refractory_s")
    rules.rearm = try number(json, "rearm", "rules.").map { Float($0) } ?? rules.rearm
    for value in try array(json, "background", "rules.") {
      if let number = value.number.flatMap({ Int(exactly: $0) }) {
        rules.background.append(number)
      } else if let name = value.text {
        rules.background.append(try label(name))
      } else {
        throw failure("rules.background", "classes of the model", value.summary)
      }
    }
    if let known = json["known_windows"] {
      let place = "rules.known_windows."
      try know(known, ["center", "spread", "limit"], place)
      guard let limit = try number(known, "limit", place) else {
        throw failure(place + "limit", "a number", known["limit"].summary)
      }
      rules.known = .init(
        center: try floats(known, "center", place), spread: try floats(known, "spread", place),
        limit: Float(limit))
    }
    return rules
  }

  private func nanoseconds(_ json: JSONValue, _ key: String) throws(Failure) -> Int64 {
    let seconds = try number(json, key, "rules.") ?? 0
    guard (0...3600).contains(seconds) else {
      throw failure("rules." + key, "0 to 3600 seconds", json[key].summary)
    }
    return Int64((seconds * 1e9).rounded())
  }
}

/// Values of a JSON object, each by its place.
extension ContractReader {
  private func failure(
    _ place: String, _ expected: String, _ found: String
  ) -> Failure {
    Failure(.badData, "\(path): \(place): expected \(expected), found \(printable(found))")
  }

  /// - Throws: ``Failure`` for a member that means nothing to us.
  private func know(_ json: JSONValue, _ keys: [String], _ place: String) throws(Failure) {
    guard let members = json.members else {
      throw failure(
        place.isEmpty ? "contract" : String(place.dropLast()), "an object", json.summary)
    }
    for member in members where !keys.contains(member.key) {
      throw failure(
        place.isEmpty ? "contract" : String(place.dropLast()), keys.joined(separator: ", "),
        "'\(member.key)'")
    }
  }

  private func array(_ json: JSONValue, _ key: String, _ place: String) throws(Failure)
    -> [JSONValue]
  {
    guard let value = json[key] else { return [] }
    guard let array = value.array else { throw failure(place + key, "an array", value.summary) }
    return array
  }

  private func floats(_ json: JSONValue, _ key: String, _ place: String) throws(Failure)
    -> [Float]
  {
    try array(json, key, place).map { (value) throws(Failure) in
      guard let number = value.number, Float(number).isFinite else {
        throw failure(place + key, "finite numbers", value.summary)
      }
      return Float(number)
    }
  }

  private func texts(_ json: JSONValue, _ key: String, _ place: String) throws(Failure)
    -> [String]
  {
    try array(json, key, place).map { (value) throws(Failure) in
      guard let text = value.text else { throw failure(place + key, "names", value.summary) }
      return text
    }
  }

  private func number(_ json: JSONValue, _ key: String, _ place: String) throws(Failure)
    -> Double?
  {
    guard let value = json[key] else { return nil }
    guard let number = value.number else { throw failure(place + key, "a number", value.summary) }
    return number
  }

  private func integer(_ json: JSONValue, _ key: String, _ place: String) throws(Failure) -> Int? {
    guard let number = try number(json, key, place) else { return nil }
    guard let integer = Int(exactly: number) else {
      throw failure(place + key, "an integer", "\(number)")
    }
    return integer
  }
}
