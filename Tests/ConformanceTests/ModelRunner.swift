// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringKeras
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Runs a model on arrays of windows, the way a program would.
struct ModelRunner {
  let plan: Plan

  init(_ graph: Graph) throws { plan = try Plan(graph) }

  init(keras path: String, architecture: String? = nil) throws {
    try self.init(try KerasModel.load(path, architecture: architecture).graph.optimized())
  }

  /// - Parameter inputs: `[windows × …]` for each input of the model.
  /// - Returns: `[windows × …]` for each output, without the batch extent.
  func run(_ inputs: [NumPyArray]) throws -> [[Float]] {
    try #require(inputs.count == plan.inputs.count)
    let count = inputs[0].shape[0]
    var session = Session(plan)
    var results = plan.outputs.map { _ in [Float]() }
    for window in 0..<count {
      for (index, array) in inputs.enumerated() {
        let size = plan.inputs[index].shape.elementCount
        let values = Array(array.floats[window * size..<(window + 1) * size])
        try session.setInput(index, values.span)
      }
      session.run()
      for (index, port) in plan.outputs.enumerated() {
        var result = [Float](repeating: 0, count: port.shape.elementCount)
        var span = result.mutableSpan
        try session.copyOutput(index, into: &span)
        results[index] += result
      }
    }
    return results
  }
}

extension Graph {
  /// The graph as a file holds it and the reader gives it back.
  func throughFile(_ options: EncodingOptions = EncodingOptions()) throws -> Graph {
    let bytes = try convert(self, options: options)
    return try Graph(tflite: bytes.span.bytes)
  }
}

/// A model file and where its reference arrays are.
struct ModelCase: CustomTestStringConvertible, Sendable {
  let name: String
  let path: String
  var architecture: String?
  let inputs: [String]
  let outputs: [String]

  var testDescription: String { name }

  func arrays(_ paths: [String]) throws -> [NumPyArray] {
    try paths.map { path in
      guard let hash = path.lastIndex(of: "#") else { return try NumPyArray(path: path) }
      return try NPZ(path: String(path[..<hash])).floats(String(path[path.index(after: hash)...]))
    }
  }

  func expectReference(_ runner: ModelRunner, within tolerance: Tolerance) throws {
    let found = try runner.run(try arrays(inputs))
    let expected = try arrays(outputs)
    try #require(found.count == expected.count)
    for (index, result) in found.enumerated() {
      #expect(difference(result, expected[index].floats, within: tolerance) == nil)
    }
  }
}

/// Folders with the layout of `fixtures/conformance`, the larger one where it is present.
enum Conformance {
  static let root: String =
    Location.hasShared ? Location.shared("conformance") : Location.fixture("conformance")

  static func files(_ folder: String, _ suffix: String) -> [String] {
    do {
      return try listFolder("\(root)/\(folder)").filter { $0.hasSuffix(suffix) }.sorted()
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
