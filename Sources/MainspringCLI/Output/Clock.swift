// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The clock that nobody sets.
enum Clock {
  /// Nanoseconds since some time in the past.
  static func now() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Sleeps until then; a time that has passed is no wait.
  static func wait(until time: Int64) {
    var then = timespec(tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
    while unsafe clock_nanosleep(CLOCK_MONOTONIC, CInt(TIMER_ABSTIME), &then, nil) == EINTR {}
  }
}
