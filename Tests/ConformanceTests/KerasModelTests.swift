// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringKeras
import Testing
import _MainspringTestSupport

/// Whole models in every form Keras stores them.
struct KerasModelTests {
  static let cases: [ModelCase] =
    (Conformance.files("models", ".h5")
    + Conformance.files("models", ".keras")).map { file in
      let folder = "\(Conformance.root)/models"
      let form = file.hasSuffix(".weights.h5") ? ".weights.h5" : "_weightsonly.h5"
      let isWeights = file.hasSuffix(form)
      let stem = String(file.dropLast((isWeights ? form : ".keras").count))
      let name = isWeights ? stem : String(file.prefix { $0 != "." })
      func arrays(_ kind: String) -> [String] {
        Conformance.files("models", ".npy").filter { $0.hasPrefix("\(name).\(kind)") }.map {
          "\(folder)/\($0)"
        }
      }
      return ModelCase(
        name: file, path: "\(folder)/\(file)",
        architecture: isWeights ? "\(folder)/\(name).keras" : nil, inputs: arrays("in"),
        outputs: arrays("out"))
    }

  @Test(arguments: cases) func answersAsKerasDoes(test: ModelCase) throws {
    let runner = try ModelRunner(keras: test.path, architecture: test.architecture)
    try test.expectReference(runner, within: .close(1e-5))
  }

  @Test(arguments: cases) func survivesTheWayThroughAFile(test: ModelCase) throws {
    let model = try KerasModel.load(test.path, architecture: test.architecture)
    let graph = try model.graph.optimized()
    #expect(try graph.throughFile().optimized() == graph)
    // A loop reshapes its input; merged with a reshape before it, the name is the loop's.
    let looped = try graph.throughFile(EncodingOptions(recurrent: .while)).optimized()
    #expect(looped.withoutNames() == graph.withoutNames())
    let unrolled = try graph.throughFile(EncodingOptions(recurrent: .unrolled)).optimized()
    try test.expectReference(try ModelRunner(unrolled), within: .close(1e-5))
  }

  /// All forms of one name hold the same weights.
  @Test func formsOfOneModelGiveTheSameGraph() throws {
    var graphs: [String: Graph] = [:]
    for test in Self.cases {
      let model = try KerasModel.load(test.path, architecture: test.architecture)
      let key = test.inputs.first ?? test.name
      if let other = graphs[key] {
        #expect(try model.graph.optimized() == other, "\(test.name)")
      } else {
        graphs[key] = try model.graph.optimized()
      }
    }
  }
}

extension Graph {
  fileprivate func withoutNames() -> Graph {
    var copy = self
    for value in values.indices { copy.rename(value, to: "") }
    return copy
  }
}
