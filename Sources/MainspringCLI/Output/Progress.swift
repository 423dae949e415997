// SPDX-License-Identifier: Apache-2.0

/// A line on the terminal that says how far a long task is; silent for the first two seconds and
/// wherever standard error is not a terminal.
struct Progress {
  private let task: String
  /// Nil for a task of which nobody knows how long it is.
  private let total: Int?
  private let begin: Int64
  private var last: Int64
  private var isShown = false

  init(_ task: String, total: Int?) {
    self.task = task
    self.total = total
    begin = Clock.now()
    last = begin
  }

  /// Shows the state, at most five times a second.
  mutating func update(_ done: Int) {
    guard Console.isInteractive else { return }
    let now = Clock.now()
    guard now - begin > 2_000_000_000, now - last > 200_000_000 else { return }
    last = now
    isShown = true
    guard let total else { return Console.status("\(task): \(grouped(done))") }
    let share = total > 0 ? done * 100 / total : 100
    Console.status("\(task): \(grouped(done)) of \(grouped(total)) (\(share) %)")
  }

  /// Takes the line away.
  func finish() {
    if isShown { Console.status("") }
  }
}

extension Console {
  /// Replaces the current line of the terminal.
  fileprivate static func status(_ text: String) {
    line("\r\u{1b}[K" + text)
  }
}
