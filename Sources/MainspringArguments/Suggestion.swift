// SPDX-License-Identifier: Apache-2.0

/// The candidate that `word` was most likely meant to be, if one is near enough.
///
/// Near is an edit distance of at most a third of the candidate's letters, or that `word` is an
/// abbreviation of exactly one candidate.
func suggestion(for word: String, among candidates: [String]) -> String? {
  let letters = Array(word.lowercased().utf8)
  // Longer words are no typing errors, and the distance takes quadratic time.
  guard letters.count <= 64 else { return nil }
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let target = Array(candidate.utf8)
    let distance = editDistance(letters, target)
    let allowed = max(1, target.drop { $0 == UInt8(ascii: "-") }.count / 3)
    if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  let completions = candidates.filter { $0.hasPrefix(word) }
  let hasLetters = letters.contains { $0 != UInt8(ascii: "-") }
  return completions.count == 1 && hasLetters ? completions[0] : nil
}

/// Least number of insertions, deletions, substitutions and swaps of neighbours that turn one word
/// into the other (the optimal string alignment distance).
///
/// - Complexity: O(a.count · b.count).
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...b.count)
  for i in a.indices {
    var row = [i + 1]
    row.reserveCapacity(b.count + 1)
    for j in b.indices {
      var distance = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        distance = min(distance, beforeLast[j - 1] + 1)
      }
      row.append(distance)
    }
    (beforeLast, last) = (last, row)
  }
  return last[b.count]
}
