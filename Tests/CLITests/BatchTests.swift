// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringNumPy
import Testing
import _MainspringTestSupport

/// Models of other people that take several windows at once.
struct BatchTests {
  @Test func aBatchIsRefusedInOneLine() throws {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([3, 4]))
    try graph.addOutput(try graph.add(.softmax(Softmax()), to: x, name: "y"))
    let shell = try Shell()
    try writeFile(shell.folder.file("three.tflite"), try convert(graph))
    try writeFile(
      shell.folder.file("x.npy"),
      NumPyArray(shape: [3, 4], floats: [Float](repeating: 1, count: 12)).serialized())
    let outcome = try shell.run("mainspring run three.tflite x.npy -o y.npy")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors
        == "error: x.npy: expected a model that takes one window at a time, found a batch of 3 in "
        + "input 'x'\n")
  }
}
