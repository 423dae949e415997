// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import MainspringKeras

@Suite struct OpenErrorTests {
  static func error(_ path: String, helper: String? = nil) -> StorageError? {
    do throws(StorageError) {
      _ = try ModelStorage(path: path, helper: helper)
      return nil
    } catch {
      return error
    }
  }

  @Test func namesAMissingFile() {
    let error = Self.error("/no/such/model.h5")
    #expect(error?.description == "/no/such/model.h5: no such file")
    #expect(error?.blame == .missingInput)
  }

  @Test func tellsDirectoriesFromSavedModels() {
    let scratch = Scratch()
    #expect(Self.error(scratch.path)?.problem == .isDirectory)
    #expect(Self.error(scratch.path)?.blame == .missingInput)
    scratch.write("saved_model.pb", [0])
    #expect(Self.error(scratch.path)?.problem == .isSavedModel)
    #expect(Self.error(scratch.path)?.blame == .badData)
  }

  @Test(.enabled(if: geteuid() != 0, "root may read everything"))
  func namesAMissingPermission() {
    let scratch = Scratch()
    #expect(Self.error(scratch.write("secret.h5", [1], mode: 0))?.problem == .noPermission)
  }

  @Test func doesNotWaitForTheWriterOfAPipe() {
    let scratch = Scratch()
    let path = "\(scratch.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    #expect(Self.error(path)?.problem == .notRegularFile)
    #expect(Self.error("/dev/null")?.problem == .notRegularFile)
  }

  @Test(arguments: [
    ("", StorageError.Problem.empty),
    ("\u{1c}\0\0\0TFL3xxxxxxx", .notAModel(found: "a TFLite file")),
    (
      " {\"class_name\": 1}",
      .notAModel(found: "JSON text, which can only be the architecture of a model")
    ),
    (
      "{\"metadata\": {}, \"weight_map\": {}}",
      .notAModel(
        found: "the index of weights split over several files; save them as one .weights.h5 "
          + "or .keras")
    ),
    ("\n \n", .notAModel(found: "only blanks")),
    ("\u{7f}ELF", .notAModel(found: "the first bytes 7f 45 4c 46")),
    ("x", .notAModel(found: "the first bytes 78")),
  ])
  func saysWhatAnotherFileIs(content: String, problem: StorageError.Problem) {
    let scratch = Scratch()
    let error = Self.error(scratch.write("file.h5", Array(content.utf8)))
    #expect(error?.problem == problem)
    #expect(error?.blame == .badData)
  }

  @Test func refusesAFileLargerThanAnyModel() {
    let scratch = Scratch()
    let path = scratch.write("large.h5", [1])
    #expect(truncate(path, 1 << 30) == 0)
    #expect(Self.error(path)?.problem == .tooLarge(byteCount: 1 << 30, limit: 1 << 29))
  }

  @Test func saysWhereAMissingHelperWasLookedFor() {
    let error = Self.error(Place.fixture("legacy_model.h5"), helper: "/no/helper")
    #expect(error?.problem == .helperMissing(lookedFor: ["/no/helper"]))
    #expect(error?.blame == .ourFault)
    #expect(error?.description.hasSuffix("is missing; looked for /no/helper") == true)
  }

  @Test func saysWhyAHelperCannotBeStarted() {
    let scratch = Scratch()
    let helper = scratch.write("helper", [0, 1, 2, 3], mode: 0o755)
    let error = Self.error(Place.fixture("legacy_model.h5"), helper: helper)
    #expect(error?.problem == .helperNotStarted(reason: "Exec format error"))
    #expect(error?.blame == .ourFault)
  }
}
