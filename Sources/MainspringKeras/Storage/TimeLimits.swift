// SPDX-License-Identifier: Apache-2.0

/// How long reading a model file may take: a large one takes longer, a damaged one forever.
struct TimeLimits: Equatable {
  /// Processor time of the process that reads it, in seconds.
  let processorSeconds: Int
  /// What each whole exchange with that process may take, in seconds.
  let exchangeSeconds: Int

  /// An exchange unless the caller asks for another limit. What a damaged file makes libhdf5
  /// compute ends with the processor time; this is for a process that stands still, so it leaves a
  /// busy machine room to get to it.
  static let defaultExchangeSeconds = 30

  /// - Parameters:
  ///   - byteCount: the size of the file.
  ///   - timeout: what an exchange may take, whole seconds and at least one; nil for the
  ///     default.
  init(byteCount: Int, timeout: Duration?) {
    // 8 MiB, compressed, take 40 to 70 ms on a desktop: room for machines that are far slower.
    let needed = 2 + byteCount >> 23
    let given = timeout.map { min(max(1, Int(clamping: $0.components.seconds)), 86_400) }
    exchangeSeconds = given ?? TimeLimits.defaultExchangeSeconds
    processorSeconds = min(needed, exchangeSeconds)
  }
}
