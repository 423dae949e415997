// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing

@Suite struct WindowSetTests {
  private func graph() throws -> Graph {
    var graph = Graph()
    let x = graph.addInput(name: "x", shape: try Shape([1, 2, 2]))
    try graph.addOutput(try graph.add(.unary(Unary(.relu)), to: x, name: "y"))
    return graph
  }

  @Test func refusesBadWindowsByIndex() throws {
    var windows = WindowSet(for: try graph())
    try windows.append([[1, 2, 3, 4]])
    #expect(throws: CalibrationError.length(window: 1, input: "x", expected: 4, found: 3)) {
      try windows.append([[1, 2, 3]])
    }
    #expect(throws: CalibrationError.inputCount(window: 1, expected: 1, found: 2)) {
      try windows.append([[1, 2, 3, 4], [1, 2, 3, 4]])
    }
    #expect(throws: CalibrationError.notFinite(window: 1, input: "x", element: 2)) {
      try windows.append([[1, 2, .nan, 4]])
    }
    #expect(throws: CalibrationError.notFinite(window: 1, input: "x", element: 3)) {
      try windows.append([[1, 2, 3, -.infinity]])
    }
    #expect(throws: CalibrationError.allEqual(window: 1, input: "x", value: 7)) {
      try windows.append([[7, 7, 7, 7]])
    }
    #expect(windows.count == 1)
  }

  @Test func skipsBadWindowsOnRequestAndKeepsTheirIndex() throws {
    var windows = WindowSet(for: try graph(), skippingBad: true)
    try windows.append([[1, 2, 3, 4]])
    try windows.append([[1, 1, 1, 1]])
    try windows.append([[5, 6, 7, 8]])
    try windows.append([[5, 6, 7, .infinity]])
    #expect(windows.count == 2)
    #expect(windows.refusals.map(\.window) == [1, 3])
    #expect(Array(windows.elements(of: 0, window: 1)) == [5, 6, 7, 8])
  }

  @Test func holdsEverySecondStretchBack() throws {
    var windows = WindowSet(for: try graph())
    for index in 0..<100 { try windows.append([[Float(index), 0, 0, 1]]) }
    let (calibration, heldBack) = windows.split()
    #expect(calibration.count == 50)
    #expect(heldBack.count == 50)
    #expect(heldBack.elements(of: 0, window: 0).first == 10)
    #expect(heldBack.elements(of: 0, window: 10).first == 30)
    #expect(calibration.elements(of: 0, window: 40).first == 80)
  }
}
