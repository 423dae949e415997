// SPDX-License-Identifier: Apache-2.0

/// Which values an option takes.
extension Option {
  /// What would have been a valid value, or `nil` when `value` is one.
  func fault(in value: String) -> String? {
    if accepts(value) { return nil }
    return expectation + (nearest(to: value).map { "; did you mean '\($0)'?" } ?? "")
  }

  private func accepts(_ value: String) -> Bool {
    switch kind {
    case .flag: false
    case .text: !value.isEmpty
    case .choice(let values): values.contains(value)
    case .choices(let values):
      Set(parts(value)).count == parts(value).count && parts(value).allSatisfy(values.contains)
    case .numberedChoice(let values, let numbered, let range):
      if let number = Option.number(behind: numbered, in: value) {
        number.isFinite && range.contains(number)
      } else {
        values.contains(value)
      }
    case .integer(let range): Int(value).map(range.contains) ?? false
    // A NaN is in no range.
    case .number(let range): Double(value).map { $0.isFinite && range.contains($0) } ?? false
    case .percentage(let range): Option.share(value).map { range.contains($0 * 100) } ?? false
    }
  }

  /// The listed value that was most likely meant, or the list of them.
  private func nearest(to value: String) -> String? {
    switch kind {
    case .choice(let values), .numberedChoice(let values, _, _):
      return suggestion(for: value, among: values)
    case .choices(let values):
      let meant = parts(value).map { part in
        values.contains(part) ? part : suggestion(for: part, among: values)
      }
      let known = meant.compactMap { $0 }
      return known.count == meant.count && Set(known).count == known.count
        ? known.joined(separator: ",") : nil
    case .flag, .text, .integer, .number, .percentage: return nil
    }
  }

  private func parts(_ value: String) -> [String] {
    value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  /// The number in `name:number`; NaN where it is none, `nil` where the value is another.
  static func number(behind name: String, in value: String) -> Double? {
    guard value.hasPrefix(name + ":") else { return nil }
    return Double(value.dropFirst(name.count + 1)) ?? .nan
  }

  /// 0.995 of `99.5%`, rounded once; `nil` without a sign or without a plain finite number.
  static func share(_ value: String) -> Double? {
    guard value.hasSuffix("%") else { return nil }
    return Double(value.dropLast() + "e-2")
  }
}
