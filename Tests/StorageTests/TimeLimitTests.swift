// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import MainspringKeras

@Suite struct TimeLimitTests {
  @Test(arguments: [
    (1, 2, 30), ((8 << 20) - 1, 2, 30), (8 << 20, 3, 30), (64 << 20, 10, 30), (128 << 20, 18, 30),
    (ModelFile.maximumByteCount, 30, 30),
  ])
  func largeFilesMayTakeLonger(byteCount: Int, processor: Int, exchange: Int) {
    let limits = TimeLimits(byteCount: byteCount, timeout: nil)
    #expect(limits.processorSeconds == processor)
    #expect(limits.exchangeSeconds == exchange)
  }

  @Test(arguments: [
    (Duration.zero, 1, 1), (.seconds(-5), 1, 1), (.milliseconds(1500), 1, 1), (.seconds(7), 3, 7),
    (.seconds(100), 3, 100), (.seconds(Int64.max), 3, 86_400),
  ])
  func aTimeoutBoundsBoth(timeout: Duration, processor: Int, exchange: Int) {
    let limits = TimeLimits(byteCount: 8 << 20, timeout: timeout)
    #expect(limits.processorSeconds == processor)
    #expect(limits.exchangeSeconds == exchange)
  }
}
