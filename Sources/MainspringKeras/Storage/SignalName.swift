// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Names of the signals that end a process on a file it cannot stand.
enum SignalName {
  static func of(_ number: Int32) -> String {
    switch number {
    case SIGSEGV: "SIGSEGV"
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGILL: "SIGILL"
    case SIGTRAP: "SIGTRAP"
    case SIGSYS: "SIGSYS"
    case SIGKILL: "SIGKILL"
    case SIGTERM: "SIGTERM"
    case SIGPIPE: "SIGPIPE"
    case SIGXCPU: "SIGXCPU"
    case SIGXFSZ: "SIGXFSZ"
    default: "signal \(number)"
    }
  }
}
