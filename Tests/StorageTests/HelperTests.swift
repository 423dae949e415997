// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringWire
import Testing
import _MainspringTestSupport

@testable import MainspringKeras

/// A process that crashes, hangs or lies, in place of the one that reads the file.
@Suite struct HelperTests {
  static let model = Place.fixture("legacy_model.h5")
  static let header = dataset("/x", .float32, [2])

  static func stream(_ replies: [Reply]) -> [UInt8] {
    WireFormat.hello + replies.flatMap { $0.encoded() }
  }

  /// What comes of a process that sends `bytes`. Only what is meant to run into the time limit
  /// gives a short one: on a busy machine already a start may take seconds.
  static func outcome(
    _ bytes: [UInt8], afterwards: String = "exit 0", timeout: Duration = .seconds(300)
  ) -> StorageError.Problem? {
    let scratch = Scratch()
    return problem(model, helper: scratch.helper(bytes, afterwards: afterwards), timeout: timeout)
  }

  @Test func aTableThatIsRightIsTaken() {
    var bytes = Self.stream([.kind(.legacyModel), .dataset(Self.header), .end(recordCount: 2)])
    bytes += Reply.values(index: 0, count: 2).encoded() + [0, 0, 0, 0, 0, 0, 128, 63]
    #expect(Self.outcome(bytes, afterwards: "exec sleep 1000") == nil)
  }

  static let lies: [([Reply], String)] = [
    ([.document(name: "a", text: "b")], "its table does not begin with the kind of file"),
    ([.kind(.weightsV3), .kind(.weightsV3)], "its table begins twice"),
    (
      [.kind(.weightsV3), .document(name: "a", text: ""), .document(name: "a", text: "")],
      "document 'a' came twice"
    ),
    ([.kind(.weightsV3), .group(path: "/a"), .group(path: "/a")], "group '/a' came twice"),
    ([.kind(.weightsV3), .group(path: "a")], "'a' is not an absolute path"),
    (
      [.kind(.weightsV3), .attribute(path: "/", name: "n", values: [])],
      "attribute 'n' is of no group"
    ),
    (
      [.kind(.weightsV3), .dataset(header), .dataset(header)], "dataset '/x' came twice"
    ),
    ([.kind(.weightsV3), .end(recordCount: 5)], "expected a table of 1 records, found 5"),
    ([.kind(.weightsV3), .values(index: 0, count: 1)], "numbers came that nobody asked for"),
    ([.kind(.weightsV3), .refusal(Refusal(.internalFailure, "no luck"))], "no luck"),
    (
      [.kind(.weightsV3), .dataset(header), .end(recordCount: 2), .values(index: 0, count: 3)],
      "answered a request for '/x' with something else"
    ),
    (
      [.kind(.weightsV3), .dataset(header), .end(recordCount: 2), .values(index: 1, count: 2)],
      "answered a request for '/x' with something else"
    ),
    (
      [.kind(.weightsV3), .dataset(header), .end(recordCount: 2), .group(path: "/")],
      "answered a request for '/x' with something else"
    ),
  ]

  @Test(arguments: lies) func aLieIsOneClearError(replies: [Reply], text: String) {
    let outcome = Self.outcome(Self.stream(replies), afterwards: "exec sleep 1000")
    #expect(outcome == .helperFailed(text))
  }

  @Test func refusalsKeepTheirMeaning() {
    func outcome(_ code: Refusal.Code) -> StorageError.Problem? {
      Self.outcome(Self.stream([.kind(.legacyModel), .refusal(Refusal(code, "why"))]))
    }
    #expect(outcome(.damaged) == .damaged("why"))
    #expect(outcome(.unsupported) == .unsupported("why"))
    #expect(outcome(.limit) == .limit("why"))
    #expect(outcome(.internalFailure) == .helperFailed("why"))
  }

  @Test func garbageIsNotTakenForATable() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<20 {
      let bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
      let outcomes = [Self.outcome(bytes), Self.outcome(WireFormat.hello + bytes)]
      for outcome in outcomes {
        guard case .helperFailed = outcome else {
          Issue.record("\(String(describing: outcome))")
          return
        }
      }
    }
  }

  @Test func aTableWithoutEndIsCutOff() {
    let groups = (0...WireFormat.maximumRecordCount).map { Reply.group(path: "/\($0)") }
    let bytes = Self.stream([.kind(.legacyModel)] + groups)
    let scratch = Scratch()
    let helper = scratch.helper(bytes, afterwards: "exec sleep 1000")
    #expect(problem(Self.model, helper: helper) == .helperFailed("its table has no end"))
  }

  @Test func announcedBytesThatNeverComeRunIntoTheTimeLimit() {
    let announced: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 8]
    let outcome = Self.outcome(
      WireFormat.hello + announced, afterwards: "exec sleep 1000", timeout: .seconds(2))
    #expect(outcome == .timeLimit(seconds: 2))
  }

  @Test func aProcessThatHangsIsEnded() {
    let outcome = Self.outcome([], afterwards: "exec sleep 1000", timeout: .seconds(2))
    #expect(outcome == .timeLimit(seconds: 2))
  }

  @Test(arguments: [
    ("kill -SEGV $$", StorageError.Problem.crashed(signal: "SIGSEGV")),
    ("kill -ABRT $$", .crashed(signal: "SIGABRT")),
    ("kill -BUS $$", .crashed(signal: "SIGBUS")),
    ("kill -XCPU $$", .timeLimit(seconds: 2)),
    ("kill -KILL $$", .limit("the process reading it was killed, probably for lack of memory")),
    (
      "exit 127",
      .helperFailed("cannot be loaded; are libhdf5 and libzip installed?")
    ),
    ("exit 3", .helperFailed("ended too early with code 3")),
  ])
  func saysHowAProcessEnded(line: String, expected: StorageError.Problem) {
    #expect(Self.outcome([], afterwards: line) == expected)
    let table = Self.stream([.kind(.legacyModel), .dataset(Self.header)])
    #expect(Self.outcome(table, afterwards: line) == expected)
  }

  @Test func aProcessKilledBetweenRequestsIsAnError() throws {
    let storage = try ModelStorage(path: Self.model)
    let bias = "/model_weights/dense/dense/bias:0"
    #expect(try storage.floats(bias, shape: [4]) == ramp(4))
    kill(try #require(storage.processID), SIGSEGV)
    #expect(throws: StorageError(Self.model, .crashed(signal: "SIGSEGV"))) {
      try storage.floats(bias, shape: [4])
    }
    #expect(throws: StorageError(Self.model, .closed)) { try storage.floats(bias, shape: [4]) }
  }

  @Test func startedByHandItSaysWhatItIsFor() throws {
    let helper = try HelperLocation.find(nil, for: "")
    for arguments in ["", "1", "1 0", "1 x", "99 30", "1 30 4"] {
      let status = system("\(helper) \(arguments) </dev/null 2>/dev/null")
      #expect(status >> 8 & 0xff == 64, "\(arguments)")
    }
  }
}
