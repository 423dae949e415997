// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

/// A graph that stock runtimes must run as its definition says.
struct InteropCase: CustomTestStringConvertible, Sendable {
  let name: String
  let make: @Sendable (inout ModelMaker) throws -> Graph
  /// Inputs are drawn from here.
  let range: ClosedRange<Float>

  init(
    _ name: String, range: ClosedRange<Float> = -2...2,
    _ make: @escaping @Sendable (inout ModelMaker) throws -> Graph
  ) {
    self.name = name
    self.make = make
    self.range = range
  }

  func graph() throws -> Graph {
    var maker = ModelMaker(seed: 7)
    return try make(&maker)
  }

  var testDescription: String { name }

  static var all: [InteropCase] { products + elementwise + movement + recurrent + models }
  static var recurrentNames: Set<String> { Set((recurrent + models).map { $0.name }) }
}
