// SPDX-License-Identifier: Apache-2.0

import MainspringNumPy
import Testing
import _MainspringTestSupport

@Suite struct NumPyArrayTests {
  @Test(arguments: ["f32", "f32-version2", "f32-version3", "f64", "f16"])
  func readsEveryFloatTypeAndVersion(name: String) throws {
    let expected = NumPyArray(shape: [2, 3, 2], floats: ramp)
    #expect(try NumPyArray(path: fixture(name)) == expected)
    #expect(try NumPyArray(bytes: readFile(fixture(name)), name: name) == expected)
  }

  @Test func readsVectorsScalarsAndEmptyArrays() throws {
    #expect(try NumPyArray(path: fixture("f32-vector")) == .init(shape: [12], floats: ramp))
    #expect(try NumPyArray(path: fixture("f32-scalar")) == .init(shape: [], floats: [-0.25]))
    #expect(try NumPyArray(path: fixture("f32-empty")) == .init(shape: [0, 50, 6], floats: []))
  }

  @Test func keepsSpecialValues() throws {
    let floats = try NumPyArray(path: fixture("f32-special")).floats
    #expect(
      difference(
        floats, [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude], within: .exact)
        == nil)
  }

  @Test(arguments: [
    "f32", "f32-vector", "f32-scalar", "f32-empty", "f32-padded", "f32-special",
  ])
  func writesWhatNumPyWrites(name: String) throws {
    #expect(try NumPyArray(path: fixture(name)).serialized() == readFile(fixture(name)))
  }

  @Test func readsEveryHalf() throws {
    let data = (0...UInt16.max).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    let bytes = npy(dictionary(descr: "'<f2'", shape: "(65536,)"), data: data)
    let floats = try NumPyArray(bytes: bytes, name: "halves").floats
    // An independent reading of binary16: sign · fraction · 2^exponent in double precision.
    for (bits, value) in floats.enumerated() {
      let (exponent, fraction) = (bits >> 10 & 31, bits & 1023)
      let sign: Double = bits >> 15 == 0 ? 1 : -1
      let scale = Double(sign: .plus, exponent: max(exponent, 1) - 25, significand: 1)
      let expected =
        exponent == 31
        ? (fraction == 0 ? sign * .infinity : .nan)
        : sign * Double(exponent == 0 ? fraction : fraction + 1024) * scale
      #expect(Tolerance.exact.allows(value, Float(expected)), "bits \(bits)")
    }
  }

  @Test func roundsDoublesToNearest() throws {
    let doubles = [0.1, 1 + 0x1p-24, 1 + 0x1.8p-24, 1e300, -1e-300, .nan]
    let data = doubles.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let bytes = npy(dictionary(descr: "'<f8'", shape: "(6,)"), data: data)
    let floats = try NumPyArray(bytes: bytes, name: "doubles").floats
    #expect(
      difference(floats, [0.1, 1, 1 + 0x1p-23, .infinity, -0.0, .nan], within: .exact) == nil)
  }

  @Test(arguments: ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
  func readsEveryIntegerType(kind: String) throws {
    let limits: [String: [Int]] = [
      "i1": [-128, 127], "i2": [-32_768, 32_767],
      "i4": [Int(Int32.min), Int(Int32.max)], "i8": [.min, .max],
      "u1": [0, 255], "u2": [0, 65_535], "u4": [0, Int(UInt32.max)], "u8": [0, .max],
    ]
    let limit = try #require(limits[kind])
    let array = try NumPyIntegers(path: fixture("integers-\(kind)"))
    #expect(array.shape == [4])
    #expect(array.values == [limit[0], 0, 1, limit[1]])
    #expect(
      try NumPyIntegers(bytes: readFile(fixture("integers-\(kind)")), name: kind) == array)
  }

  @Test func acceptsWhatOtherWritersProduce() throws {
    let data = [UInt8](repeating: 0, count: 12)
    for text in [
      "{\"descr\":\"<f4\",\"fortran_order\":False,\"shape\":(3,)}",
      "{'shape': (1L, 3L), 'fortran_order': False, 'descr': '<f4'}   ",
      " { 'fortran_order' : False , 'descr' : '<f4' , 'shape' : ( 3 , 1 , ) , } \t",
    ] {
      #expect(refusal(npy(text, data: data)) == nil, "\(text)")
      #expect(refusal(npy(text, data: data, version: 2)) == nil, "\(text)")
    }
  }

  @Test(.enabled(if: Location.hasShared, "needs ../shared"))
  func readsTheRecordedWindows() throws {
    let path = Location.shared("models/geotec/X_test.npy")
    let windows = try NumPyArray(path: path)
    #expect(windows.shape == [1999, 50, 6])
    #expect(try windows.serialized() == readFile(path))
    let labels = try NumPyIntegers(path: Location.shared("models/geotec/y_test.npy"))
    #expect(labels.shape == [1999])
    #expect(Set(labels.values) == [0, 1, 2, 3, 4])
  }
}
