// SPDX-License-Identifier: Apache-2.0

extension ModelContract {
  /// Bytes a name, a unit or a description may have.
  public static let maximumNameLength: Int = 256
  /// Rows of a window or a hop.
  public static let maximumRowCount: Int = 1_000_000

  /// Checks every count against the model's shapes, and every number.
  ///
  /// - Throws: ``ContractError`` naming what does not fit.
  /// - Complexity: O(contract).
  public func validate(inputs shapes: [Shape], outputs results: [Shape]) throws(ContractError) {
    try validateTimes(shapes)
    try ModelContract.count("inputs", [0, shapes.count], inputs.count)
    for (index, input) in inputs.enumerated() {
      try input.validate(channelCount(of: shapes[index], input: index), "input \(index)")
    }
    try ModelContract.count("outputs", [0, results.count], outputs.count)
    for (index, output) in outputs.enumerated() where !output.labels.isEmpty {
      let place = "output \(index): labels"
      try ModelContract.count(
        place, [ModelContract.classCount(of: results[index])], output.labels.count)
      for label in output.labels { try ModelContract.name(place, label) }
    }
    if let calibration {
      try ModelContract.name("calibration method", calibration.method)
      try ModelContract.check(
        "calibration windows", calibration.windowCount >= 0, "at least 0",
        "\(calibration.windowCount)")
    }
    let first = shapes.first
    try rules?.validate(
      classCount: results.first.map { ModelContract.classCount(of: $0) } ?? 0,
      channelCount: first.map { channelCount(of: $0, input: 0) } ?? 0)
    try golden?.validate(inputs: shapes, outputs: results)
  }

  private func validateTimes(_ shapes: [Shape]) throws(ContractError) {
    if let sampleRate {
      try ModelContract.check(
        "sample rate", (0.001...1_000_000).contains(sampleRate), "0.001 to 1,000,000 Hz",
        "\(sampleRate)")
    }
    let rows = 1...ModelContract.maximumRowCount
    if let hop {
      try ModelContract.check(
        "hop", rows.contains(hop), "1 to \(ModelContract.maximumRowCount) rows", "\(hop)")
    }
    guard let window else { return }
    let size = shapes.first?.elementCount ?? 0
    // Of [1, time, channels] it is the time.
    let isTime = shapes.first?.rank != 3 || shapes.first?[1] == window
    guard rows.contains(window), size > 0, size % window == 0, isTime else {
      throw ContractError(
        place: "window",
        expected: "the time steps of input 0, or a divisor of its \(size) elements",
        found: "\(window)")
    }
  }

  static func count(_ place: String, _ expected: [Int], _ found: Int) throws(ContractError) {
    for count in expected where count == found { return }
    var text = ""
    for count in expected { text += (text.isEmpty ? "" : " or ") + "\(count)" }
    throw ContractError(place: place, expected: text, found: "\(found)")
  }

  static func name(_ place: String, _ text: String) throws(ContractError) {
    try check(place, !text.isEmpty, "a name", "an empty one")
    try text.checkLine(place)
  }

  static func check(
    _ place: String, _ holds: Bool, _ expected: String, _ found: String
  ) throws(ContractError) {
    if !holds { throw ContractError(place: place, expected: expected, found: found) }
  }

  static func finite(_ place: String, _ values: [Float], above bound: Float = -.infinity)
    throws(ContractError)
  {
    for (index, value) in values.enumerated() where !(value.isFinite && value > bound) {
      throw ContractError(
        place: place,
        expected: bound == 0 ? "finite numbers above 0" : "finite numbers",
        found: "\(value) at index \(index)")
    }
  }
}

extension ModelContract.Input {
  fileprivate func validate(_ channelCount: Int, _ place: String) throws(ContractError) {
    try ModelContract.count("\(place): channels", [0, channelCount], channels.count)
    for channel in channels {
      try ModelContract.name("\(place): channels", channel.name)
      try channel.unit.checkLine("\(place): units")
    }
    if let scaler {
      try ModelContract.count("\(place): means", [channelCount, 1], scaler.means.count)
      try ModelContract.count(
        "\(place): deviations", [scaler.means.count], scaler.deviations.count)
      try ModelContract.finite("\(place): means", scaler.means)
      try ModelContract.finite("\(place): deviations", scaler.deviations, above: 0)
    }
    try ModelContract.count("\(place): ranges", [0, channelCount], ranges.count)
    for range in ranges {
      try ModelContract.finite(
        "\(place): ranges",
        [range.lowerBound, range.upperBound, range.upperBound - range.lowerBound]
      )
    }
  }
}

extension ModelContract.Rules {
  fileprivate func validate(classCount: Int, channelCount: Int) throws(ContractError) {
    try ModelContract.check(
      "rules: smoothing", (1...1024).contains(smoothing), "1 to 1024 hops", "\(smoothing)")
    try ModelContract.count("rules: thresholds", [classCount], thresholds.count)
    for threshold in thresholds {
      try ModelContract.check(
        "rules: thresholds", (0...1).contains(threshold), "numbers from 0 to 1", "\(threshold)")
    }
    // An hour.
    let times: ClosedRange<Int64> = 0...3_600_000_000_000
    for time in [minimumDuration, refractory] {
      try ModelContract.check(
        "rules: durations", times.contains(time), "0 to 3600 s", "\(time) ns")
    }
    try ModelContract.check(
      "rules: rearm", (0...1).contains(rearm), "a number from 0 to 1", "\(rearm)")
    try ModelContract.check(
      "rules: background", background.count <= classCount, "at most \(classCount) classes",
      "\(background.count)")
    for label in background {
      try ModelContract.check(
        "rules: background", label >= 0 && label < classCount, "classes below \(classCount)",
        "\(label)")
    }
    guard let known else { return }
    let place = "rules: known windows"
    try ModelContract.count("\(place): center", [2 * channelCount], known.center.count)
    try ModelContract.count("\(place): spread", [2 * channelCount], known.spread.count)
    try ModelContract.finite("\(place): center", known.center)
    try ModelContract.finite("\(place): spread", known.spread, above: 0)
    try ModelContract.finite("\(place): limit", [known.limit], above: 0)
  }
}

extension GoldenVectors {
  fileprivate func validate(inputs shapes: [Shape], outputs results: [Shape])
    throws(ContractError)
  {
    let windows = 1...GoldenVectors.maximumWindowCount
    try ModelContract.check(
      "self-test: windows", windows.contains(windowCount),
      "1 to \(GoldenVectors.maximumWindowCount)", "\(windowCount)")
    var (inputSize, outputSize) = (0, 0)
    for shape in shapes { inputSize += shape.elementCount }
    for shape in results { outputSize += shape.elementCount }
    let most = GoldenVectors.maximumElementCount / windowCount
    try ModelContract.check(
      "self-test: elements", inputSize <= most && outputSize <= most, "at most \(most) a window",
      "\(max(inputSize, outputSize))")
    try ModelContract.count("self-test: outputs", [windowCount * outputSize], outputs.count)
    try ModelContract.finite("self-test: outputs", outputs)
    try ModelContract.check(
      "self-test: tolerance", tolerance.isFinite && tolerance >= 0, "a finite number from 0 on",
      "\(tolerance)")
    switch inputs {
    case .stored(let values):
      try ModelContract.count("self-test: inputs", [windowCount * inputSize], values.count)
      try ModelContract.finite("self-test: inputs", values)
    case .seeded(_, let low, let high):
      try ModelContract.check(
        "self-test: range", low.isFinite && high.isFinite && low <= high && (high - low).isFinite,
        "finite numbers, the lower one first", "\(low) and \(high)")
    }
  }
}

extension String {
  /// One line of bounded length, without controls: what a file of names can hold.
  fileprivate func checkLine(_ place: String) throws(ContractError) {
    try ModelContract.check(
      place, utf8.count <= ModelContract.maximumNameLength,
      "at most \(ModelContract.maximumNameLength) bytes", "\(utf8.count)")
    for scalar in unicodeScalars where scalar.value < 0x20 || scalar.value == 0x7f {
      throw ContractError(place: place, expected: "text without controls", found: quoted)
    }
  }
}
