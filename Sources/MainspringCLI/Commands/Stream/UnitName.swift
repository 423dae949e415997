// SPDX-License-Identifier: Apache-2.0

/// A unit as people write it, in one spelling.
struct UnitName: Hashable {
  let text: String

  private static let spellings: [(Set<String>, String)] = [
    (["m/s2", "m/s^2", "m/s\u{b2}", "m/s**2", "ms-2", "m*s^-2", "meters/second^2"], "m/s2"),
    (["g", "g0", "gee"], "g"), (["mg", "milli-g"], "mg"),
    (["rad/s", "rads/s", "radians/s", "radians/second", "rad*s^-1"], "rad/s"),
    (["deg/s", "dps", "degrees/s", "degrees/second", "\u{b0}/s"], "deg/s"),
    (["ut", "\u{b5}t", "\u{3bc}t", "microtesla"], "uT"),
  ]

  init(_ name: String) {
    let plain = String(name.lowercased().filter { $0 != " " })
    text = UnitName.spellings.first { $0.0.contains(plain) }?.1 ?? plain
  }
}
