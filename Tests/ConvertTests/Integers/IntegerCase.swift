// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

/// A graph of integers that stock runtimes have kernels for, and what its file says.
struct IntegerCase: CustomTestStringConvertible, Sendable {
  let name: String
  /// `CODE version`, in order of first use.
  let codes: [String]
  let runtime: String
  let make: @Sendable (inout ModelMaker) throws -> Graph

  init(
    _ name: String, _ codes: [String], _ runtime: String,
    _ make: @escaping @Sendable (inout ModelMaker) throws -> Graph
  ) {
    self.name = name
    self.codes = codes
    self.runtime = runtime
    self.make = make
  }

  func graph() throws -> Graph {
    var maker = ModelMaker(seed: 11)
    return try make(&maker)
  }

  var testDescription: String { name }

  static var all: [IntegerCase] { products + recurrent + elementwise + movement + models }
}
