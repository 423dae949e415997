// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Old and odd files.
struct SpecialFileTests {
  static let keras: [ModelCase] = Conformance.files("special", ".h5").map { file in
    let stem = file.prefix { $0 != "." }
    let arrays = "\(Conformance.root)/special/\(stem).npz"
    return ModelCase(
      name: file, path: "\(Conformance.root)/special/\(file)", inputs: ["\(arrays)#x"],
      outputs: ["\(arrays)#y"])
  }

  @Test(arguments: keras) func oldKerasFilesAnswerAsKerasDoes(test: ModelCase) throws {
    try test.expectReference(try ModelRunner(keras: test.path), within: .close(1e-5))
  }

  @Test(arguments: [
    ("flex_ops_must_be_rejected.tflite.bin", "Flex"),
    ("read_variable_not_frozen.tflite.bin", "frozen"),
  ])
  func refusesByName(file: String, word: String) throws {
    let bytes = try readFile("\(Conformance.root)/special/\(file)")
    do {
      _ = try Graph(tflite: bytes.span.bytes)
      Issue.record("\(file) was accepted")
    } catch {
      #expect("\(error)".contains(word), "\(error)")
    }
  }
}
