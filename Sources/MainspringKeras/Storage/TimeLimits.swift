// SPDX-License-Identifier: Apache-2.0

/// How long reading a model file may take: a large one takes longer, a damaged one forever.
struct TimeLimits: Equatable {
  /// Processor time of the process that reads it, in seconds.
  let processorSeconds: Int
  /// What each whole exchange with that process may take, in seconds.
  let exchangeSeconds: Int

  /// The longest exchange unless the caller asks for another limit.
  static let maximumSeconds = 30

  /// - Parameters:
  ///   - byteCount: the size of the file.
  ///   - timeout: what an exchange may take, whole seconds and at least one; nil for three times
  ///     the processor time, as other programs want the processor too.
  init(byteCount: Int, timeout: Duration?) {
    // 8 MiB, compressed, take 40 to 70 ms on a desktop: room for machines that are far slower.
    let needed = 2 + byteCount >> 23
    let given = timeout.map { min(max(1, Int(clamping: $0.components.seconds)), 86_400) }
    exchangeSeconds = given ?? min(3 * needed, TimeLimits.maximumSeconds)
    processorSeconds = min(needed, exchangeSeconds)
  }
}
