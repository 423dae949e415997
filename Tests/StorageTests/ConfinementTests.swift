// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Testing

@testable import MainspringKeras

@Suite struct ConfinementTests {
  /// Fields of a file of /proc, by what stands before the first colon or run of blanks.
  static func lines(_ path: String) -> [String] {
    String(decoding: contents(path), as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func theProcessHasNoPrivilegesAndTightLimits() throws {
    let storage = try ModelStorage(path: Place.fixture("legacy_model.h5"))
    let process = try #require(storage.processID)
    let status = Self.lines("/proc/\(process)/status")
    #expect(status.contains("NoNewPrivs:\t1"))
    func limits(_ name: String) -> [Substring] {
      let line = Self.lines("/proc/\(process)/limits").first { $0.hasPrefix(name) } ?? ""
      return Array(line.dropFirst(name.count).split(separator: " ").prefix(2))
    }
    let seconds = clinux_has_shadow_memory() ? 20 : 2
    #expect(limits("Max cpu time") == ["\(seconds)", "\(seconds + 2)"])
    #expect(limits("Max file size") == ["0", "0"])
    #expect(limits("Max core file size") == ["0", "0"])
    #expect(limits("Max processes") == ["0", "0"])
    #expect(limits("Max open files") == ["0", "0"])
    if !clinux_has_shadow_memory() {
      let space = try #require(limits("Max address space").first.flatMap { Int($0) })
      #expect(space < 1 << 30)
    }
    withExtendedLifetime(storage) {}
  }

  static let hasFilters: ConditionTrait = .enabled(
    if: clinux_has_system_call_filters(), "the kernel has no filters of system calls")

  @Test(hasFilters) func theProcessFiltersItsSystemCalls() throws {
    let storage = try ModelStorage(path: Place.fixture("legacy_model.h5"))
    let process = try #require(storage.processID)
    #expect(Self.lines("/proc/\(process)/status").contains("Seccomp:\t2"))
    withExtendedLifetime(storage) {}
  }

  @Test func theProcessHoldsTheSocketAndTheModelOnly() throws {
    // A descriptor that an unwary program would pass on.
    let leaked = open("/dev/null", O_RDONLY)
    defer { close(leaked) }
    let path = Place.fixture("legacy_model.h5")
    let storage = try ModelStorage(path: path)
    let process = try #require(storage.processID)
    let names = Place.list("/proc/\(process)/fd")
    // Only root may look into a process that cannot be attached to.
    if geteuid() == 0 { #expect(names == ["0", "3"]) } else { #expect(names == []) }
    withExtendedLifetime(storage) {}
  }

  @Test(
    hasFilters, .disabled(if: clinux_has_shadow_memory(), "a sanitizer makes calls of its own"))
  func filteredCallsFail() async {
    await #expect(processExitsWith: .success) {
      guard clinux_limit_process(0, 60) == 0 else { _exit(2) }
      guard open("/dev/null", O_RDONLY) == -1, errno == EMFILE else { _exit(3) }
      guard clinux_filter_system_calls() == 0 else { _exit(4) }
      func isRefused(_ result: Int) -> Bool { result == -1 && errno == EPERM }
      guard isRefused(Int(open("/etc/passwd", O_RDONLY))) else { _exit(5) }
      guard isRefused(Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))) else { _exit(6) }
      guard isRefused(Int(kill(getppid(), 0))) else { _exit(7) }
      guard isRefused(Int(unlink("/tmp/nothing"))) else { _exit(8) }
      let readable = PROT_READ | PROT_WRITE
      let page = mmap(nil, 4096, readable, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard page != MAP_FAILED else { _exit(9) }
      guard isRefused(Int(mprotect(page, 4096, readable | PROT_EXEC))) else { _exit(10) }
      let code = mmap(nil, 4096, readable | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      guard code == MAP_FAILED, errno == EPERM else { _exit(11) }
      guard mmap(nil, 4096, PROT_READ, MAP_PRIVATE, 3, 0) == MAP_FAILED else { _exit(12) }
      guard mprotect(page, 4096, PROT_READ) == 0, munmap(page, 4096) == 0 else { _exit(13) }
      var pid: pid_t = 0
      var none: [UnsafeMutablePointer<CChar>?] = [nil]
      guard posix_spawn(&pid, "/bin/true", nil, nil, &none, &none) != 0 else { _exit(14) }
      _exit(0)
    }
  }

  @Test func anAbortStaysVisibleBehindTheFilter() async {
    await #expect(processExitsWith: .signal(SIGABRT)) {
      guard clinux_limit_process(0, 60) == 0 else { _exit(2) }
      _ = clinux_filter_system_calls()
      abort()
    }
  }

  @Test func nothingIsLeftBehind() async {
    await #expect(processExitsWith: .success) {
      func descriptorCount() -> Int { Place.list("/proc/self/fd").count }
      let before = descriptorCount()
      let names = ["legacy_model.h5", "stored.keras", "cycle.h5", "zip_bomb.keras", "none.h5"]
      for round in 0..<40 { _ = problem(Place.fixture(names[round % names.count])) }
      // Each way was taken eight times; the testing library opens or closes a few meanwhile.
      guard descriptorCount() < before + 8 else { _exit(2) }
      // No child, neither running nor waiting to be reaped.
      guard waitpid(-1, nil, WNOHANG) == -1, errno == ECHILD else { _exit(3) }
      _exit(0)
    }
  }

  @Test func worksWithoutStandardDescriptorsAndWithIgnoredSignals() async {
    await #expect(processExitsWith: .success) {
      for number in [0, 1, 2] as [Int32] { close(number) }
      signal(SIGCHLD, SIG_IGN)
      signal(SIGPIPE, SIG_DFL)
      guard problem(Place.fixture("legacy_model.h5")) == nil else { _exit(2) }
      guard problem(Place.fixture("cycle.h5")) != nil else { _exit(3) }
      do throws(StorageError) {
        let storage = try ModelStorage(path: Place.fixture("legacy_model.h5"))
        kill(storage.processID ?? 0, SIGKILL)
        _ = poll(nil, 0, 50)
        _ = try storage.floats("/model_weights/dense/dense/bias:0", shape: [4])
        _exit(4)
      } catch {
        _exit(0)
      }
    }
  }
}
