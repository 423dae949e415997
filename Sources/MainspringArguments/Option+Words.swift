// SPDX-License-Identifier: Apache-2.0

/// An option as people read it: in usage lines, help and errors.
extension Option {
  /// `--output <path>`, as errors show it.
  var display: String { kind == .flag ? "--\(name)" : "--\(name) <\(valueName)>" }

  /// As its row in the help begins.
  var term: String { takesSeveral ? "\(display) ..." : display }

  /// As it stands in the usage line.
  var usage: String {
    switch arity {
    case .required: display
    case .optional: "[\(display)]"
    case .repeated: "[\(display) ...]"
    }
  }

  /// The valid values in words.
  var expectation: String {
    switch kind {
    case .flag: "no value"
    case .text: "a text that is not empty"
    case .choice(let values): listed(values)
    case .choices(let values): "\(listed(values)), or several with commas between them"
    case .numberedChoice(let values, let numbered, let range):
      listed(values.map { $0 == numbered ? "\($0)[:x]" : $0 })
        + ", x\(bounds(range, within: -.infinity ... .infinity))"
    case .integer(let range): "an integer\(bounds(range, within: Int.min...Int.max))"
    case .number(let range): "a number\(bounds(range, within: -.infinity ... .infinity))"
    case .percentage(let range):
      "a percentage\(bounds(range, within: -.infinity ... .infinity)) with its sign, such as "
        + "\(decimal((range.lowerBound + range.upperBound) / 2))%"
    }
  }

  /// The help with what follows from the declaration: values, arity, default.
  var helpText: String {
    var notes: [String] = []
    switch kind {
    case .flag, .text: break
    case .choice(let values), .choices(let values): notes.append(values.joined(separator: ", "))
    case .numberedChoice, .integer, .number: notes.append(expectation)
    case .percentage(let range):
      notes.append("a percentage\(bounds(range, within: -.infinity ... .infinity))")
    }
    switch arity {
    case .required: notes.append("required")
    case .repeated: notes.append("may be repeated")
    case .optional(let value): if let value { notes.append("default: \(value)") }
    }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}

/// `f32, f16 or int8`.
func listed(_ values: [String]) -> String {
  guard let last = values.last, values.count > 1 else { return values.first ?? "nothing" }
  return values.dropLast().joined(separator: ", ") + " or " + last
}

/// The range in words; an end that is the end of all values is left out.
private func bounds<Bound>(_ range: ClosedRange<Bound>, within all: ClosedRange<Bound>) -> String {
  let (lowest, highest) = (decimal(range.lowerBound), decimal(range.upperBound))
  return switch (range.lowerBound == all.lowerBound, range.upperBound == all.upperBound) {
  case (true, true): ""
  case (false, true): " of at least \(lowest)"
  case (true, false): " of at most \(highest)"
  case (false, false): " from \(lowest) to \(highest)"
  }
}

/// `2` rather than `2.0`.
func decimal<Number>(_ value: Number) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
