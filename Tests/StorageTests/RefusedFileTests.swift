// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Testing
import _MainspringTestSupport

@testable import MainspringKeras

@Suite struct RefusedFileTests {
  static let kernel = "'/model_weights/dense/kernel:0'"

  /// What is not read on purpose.
  static let unsupported = [
    ("external_storage.h5", "\(kernel) keeps its data in another file; that is not read"),
    ("virtual.h5", "\(kernel) is a virtual dataset, made of others; that is not read"),
    (
      "soft_link.h5",
      "'/model_weights/dense/alias' is a soft link; only the file itself is read"
    ),
    ("external_link.h5", "\(kernel) is a link to another file; only the file itself is read"),
    ("cycle.h5", "'/model_weights/dense/again' leads to a group that was already listed"),
    ("named_type.h5", "'/model_weights/dense/kind' is neither a group nor a dataset"),
    ("many_axes.h5", "\(kernel): expected at most 8 axes, found 12"),
    (
      "lzf.h5",
      "'/model_weights/dense/dense/bias:0': expected no filter but deflate, shuffle and "
        + "fletcher32, found lzf"
    ),
    (
      "scale_offset.h5",
      "\(kernel): expected no filter but deflate, shuffle and fletcher32, found scale-offset"
    ),
    (
      "not_keras.h5",
      "this HDF5 file is not a Keras model: expected 'model_config', 'layer_names' or 'layers' "
        + "at its root, found none of them"
    ),
    (
      "no_config.keras",
      "the archive is not a Keras model: expected a member 'config.json', found none"
    ),
    (
      "no_weights.keras",
      "the archive has no weights: expected a member 'model.weights.h5', found none"
    ),
    (
      "bzip2.keras",
      "member 'metadata.json': expected stored or deflated, found compression method 12"
    ),
    ("encrypted.keras", "member 'metadata.json' is encrypted"),
  ]

  /// What contradicts itself.
  static let damaged = [
    ("unwritten.h5", "\(kernel): expected 4194304 bytes for the shape [1048576], found none"),
    ("missing_chunks.h5", "\(kernel): expected 256 chunks, found 1"),
    (
      "beyond_the_end.h5",
      "'/model_weights/dense/dense/kernel:0': expected 48 bytes of data, found that they lie "
        + "beyond the end of the file"
    ),
    ("not_utf8.h5", "attribute 'weight_names' of '/model_weights/dense': expected UTF-8 text"),
    ("duplicate_member.keras", "the archive has two members named 'config.json'"),
    ("duplicate_shards.keras", "'/layers/dense_0/vars/0' is stored twice"),
    ("both_weights.keras", "the archive has both 'model.weights.h5' and 'model.weights.json'"),
    ("bad_checksum.keras", "member 'config.json': its checksum does not match"),
    ("bad_config_text.keras", "member 'config.json': expected UTF-8 text"),
    ("lying_size.keras", "member 'metadata.json' is longer than the 60 bytes it claims"),
  ]

  /// What would take too much.
  static let limited = [
    (
      "shape_bomb.h5",
      "\(kernel): expected at most 268435456 elements, found the shape [1099511627776, 1024]"
    ),
    ("deflate_bomb.h5", "\(kernel): expected at most 67108864 bytes unpacked, found 71303168"),
    (
      "chunk_bomb.h5", "\(kernel): expected chunks of at most 67108864 bytes, found more"
    ),
    (
      "string_bomb.h5",
      "attribute 'note' of '/model_weights/dense': reading it takes more memory than is granted"
    ),
    (
      "zip_bomb.keras",
      "member 'model.weights.h5': the archive claims to unpack to more than 67108864 bytes"
    ),
  ]

  @Test(arguments: unsupported) func refusesByName(name: String, text: String) {
    #expect(problem(Place.fixture(name)) == .unsupported(text))
  }

  @Test(arguments: damaged) func saysWhatIsDamaged(name: String, text: String) {
    #expect(problem(Place.fixture(name)) == .damaged(text))
  }

  @Test(arguments: limited) func refusesWhatTakesTooMuch(name: String, text: String) {
    let problem = problem(Place.fixture(name))
    // Without a limit on address space the next one holds.
    if clinux_has_shadow_memory(), case .limit = problem { return }
    #expect(problem == .limit(text))
  }

  @Test func refusesGroupsNestedTooDeep() {
    guard case .limit(let text) = problem(Place.fixture("deep.h5")) else {
      Issue.record("not refused")
      return
    }
    #expect(text.hasSuffix("lies more than 64 groups deep"))
  }

  @Test func saysThatAFileWasCutOff() {
    let scratch = Scratch()
    let whole = contents(Place.fixture("legacy_model.h5"))
    let half = scratch.write("half.h5", Array(whole.prefix(whole.count / 2)))
    #expect(
      problem(half)
        == .damaged("HDF5: cut off: expected \(whole.count) bytes, found \(whole.count / 2)"))
    let start = scratch.write("start.h5", Array(whole.prefix(20)))
    #expect(problem(start) == .damaged("HDF5: cut off: expected 48 bytes, found 20"))
    let few = scratch.write("few.h5", Array(whole.prefix(5)))
    #expect(problem(few) == .notAModel(found: "the first 5 bytes of an HDF5 file"))
    let zip = contents(Place.fixture("stored.keras"))
    guard
      case .damaged(let text) = problem(
        scratch.write("half.keras", Array(zip.prefix(zip.count / 2))))
    else {
      Issue.record("not refused")
      return
    }
    #expect(text.hasPrefix("the zip archive is damaged or cut off: "))
  }

  /// Every fixture that is read, cut at places all over, and with bytes flipped. The numbers
  /// are raised by MAINSPRING_FUZZ to the 200 cuts and 2,000 flips of a thorough run.
  @Test(arguments: [
    "legacy_model.h5", "legacy_weights.h5", "v3.weights.h5", "chunked_attributes.h5",
    "filters.h5", "newer_format.h5", "user_block.h5", "element_types.h5", "stored.keras",
    "deflated.keras", "sharded.keras",
  ])
  func damageIsATypedErrorOrAModel(name: String) {
    let isThorough = getenv("MAINSPRING_FUZZ") != nil
    let cutCount = isThorough ? 200 : 10
    let flipCount = isThorough ? 2000 : 30
    let scratch = Scratch()
    let whole = contents(Place.fixture(name))
    var random = SplitMix64(seed: 20)
    var blames: [StorageError.Blame: Int] = [:]
    func check(_ bytes: [UInt8], _ what: String) {
      let path = scratch.write("damaged", bytes)
      // Some make libhdf5 run in circles.
      guard let problem = problem(path, timeout: .seconds(3)) else { return }
      let blame = StorageError(path, problem).blame
      blames[blame, default: 0] += 1
      #expect(blame == .badData, "\(name), \(what): \(problem)")
      #expect(!problem.description.contains("\n"))
    }
    for index in 0..<cutCount {
      let count = whole.count * index / cutCount
      check(Array(whole.prefix(count)), "cut at \(count)")
    }
    for _ in 0..<flipCount {
      var bytes = whole
      let position = Int.random(in: 0..<bytes.count, using: &random)
      bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      check(bytes, "byte \(position) is \(bytes[position])")
    }
    #expect(blames[.badData, default: 0] >= cutCount / 2)
  }
}
