// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

/// The tools that other tests trust.
@Suite struct TestSupportTests {
  @Test func tolerancesRefuseWhatIsBeyondThem() {
    let next = Float(1).nextUp
    #expect(Tolerance.exact.allows(1, 1) && !Tolerance.exact.allows(1, next))
    #expect(!Tolerance.exact.allows(0, -0.0))
    #expect(Tolerance.ulp(1).allows(1, next) && !Tolerance.ulp(1).allows(1, next.nextUp))
    #expect(Tolerance.ulp(0).allows(0, -0.0))
    #expect(Tolerance.ulp(2).allows(.leastNonzeroMagnitude, -.leastNonzeroMagnitude))
    #expect(!Tolerance.ulp(1).allows(.greatestFiniteMagnitude, .infinity))
    #expect(Tolerance.close(0.5).allows(1, 1.5) && !Tolerance.close(0.5).allows(1, 1.625))
    #expect(!Tolerance.close(.greatestFiniteMagnitude).allows(.infinity, 0))
    #expect(Tolerance.relative(0.1, absolute: 0).allows(10.5, 10))
    #expect(!Tolerance.relative(0.1, absolute: 0).allows(11.5, 10))
    for tolerance in [Tolerance.exact, .close(1e9), .relative(1, absolute: 1e9), .ulp(.max)] {
      #expect(tolerance.allows(.nan, .nan))
      #expect(!tolerance.allows(.nan, 1) && !tolerance.allows(1, .nan))
      #expect(tolerance.allows(.infinity, .infinity) && !tolerance.allows(.infinity, -.infinity))
    }
  }

  @Test func differencesNameThePlace() {
    #expect(difference([1, 2], [1, 2], within: .exact) == nil)
    #expect(
      difference([1], [1, 2], within: .close(1))?.description
        == "expected 2 elements, found 1")
    #expect(
      difference([1, 2.5, 9], [1, 2, 3], within: .close(0.25))?.description
        == "2 of 3 elements differ by more than close(0.25); first [1] expected 2.0, found 2.5; "
        + "worst [2] expected 3.0, found 9.0, apart 6.0")
    #expect(largestGap([1, 2.5, 9], [1, 2, 3]) == 6)
    #expect(largestGap([.nan], [1]) == .infinity)
    #expect(largestGap([1], []) == .infinity)
  }

  @Test func generatesTheKnownSequence() {
    // First outputs of the reference implementation for seed 1234567.
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
    #expect(random.floats(1_000, from: 2, to: 3).allSatisfy { (2..<3).contains($0) })
  }

  @Test func damagesOneBytePerRound() {
    let bytes = [UInt8](repeating: 0xa5, count: 50)
    var count = 0
    Damage.flips(of: bytes, in: 10..<20, count: 100, seed: 1) { damaged, place in
      count += 1
      #expect(damaged.indices.filter { damaged[$0] != bytes[$0] } == [place])
      #expect((10..<20).contains(place))
    }
    #expect(count == 100)
    #expect(Damage.truncations(of: bytes, count: 200).map(\.count) == Array(0..<50))
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func readsStoredAndDeflatedArchives() throws {
    let folder = Location.shared("conformance/layers")
    let names = try listFolder(folder).filter { $0.hasSuffix(".npz") }
    #expect(names.count > 100)
    for name in names {
      let archive = try NPZ(path: "\(folder)/\(name)")
      #expect(archive.contains("x"), "\(name)")
      for array in archive.names { #expect(try archive.floats(array).floats.count > 0) }
    }
  }

  @Test func refusesMissingMembersAndArchives() throws {
    #expect(throws: NPZ.Failure.self) { try NPZ(path: fixture("f32")) }
    #expect(throws: NPZ.Failure.self) { try NPZ(path: "/nowhere.npz") }
  }

  @Test func removesTemporaryFolders() throws {
    var folder: TemporaryFolder? = try TemporaryFolder()
    let path = try #require(folder?.path)
    try writeFile(path + "/file", [1, 2, 3])
    #expect(try readFile(path + "/file") == [1, 2, 3])
    #expect(try listFolder(path) == ["file"])
    folder = nil
    #expect(!Location.exists(path))
  }
}
