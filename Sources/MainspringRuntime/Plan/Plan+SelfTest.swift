// SPDX-License-Identifier: Apache-2.0

package import MainspringGraph

extension Plan {
  /// Runs the golden vectors of the model's contract and compares the answers.
  ///
  /// A model without any passes. Programs that load models while they run call this before they
  /// trust one.
  ///
  /// - Throws: ``SelfTestError`` about the element that is farthest from what it must be.
  /// - Complexity: a run for each golden window, of which there are one or two; allocates a session.
  public func selfTest() throws(SelfTestError) {
    guard let contract, let golden = contract.golden else { return }
    let difference = distance(of: golden, contract)
    guard let worst = difference, !(worst.distance <= golden.tolerance) else { return }
    throw worst
  }

  /// The element of all answers that is farthest from what it must be; nil without elements.
  package func distance(of golden: GoldenVectors, _ contract: ModelContract) -> SelfTestError? {
    var size = 0
    for output in outputs { size += output.shape.elementCount }
    // Whoever changes a graph's outputs without its contract asks for something else.
    guard golden.outputs.count == golden.windowCount * size else { return nil }
    var worst: SelfTestError?
    var place = 0
    answer(golden.windowCount, contract) { window, output, values in
      for element in values.indices {
        let expected = golden.outputs[place]
        place += 1
        let error = SelfTestError(
          window: window, output: outputs[output].name, element: element, expected: expected,
          found: values[element], tolerance: golden.tolerance)
        // Not-a-number is farther than anything.
        if let distance = worst?.distance, !(error.distance > distance), !error.distance.isNaN {
          continue
        }
        if worst?.distance.isNaN != true { worst = error }
      }
    }
    return worst
  }

  /// Hands each output of each golden window to `body`.
  package func answer(
    _ windowCount: Int, _ contract: ModelContract, _ body: (Int, Int, [Float]) -> Void
  ) {
    do throws(RunError) {
      try run(windowCount, contract, body)
    } catch {
      preconditionFailure("lengths are those of the plan's own ports")
    }
  }

  private func run(
    _ windowCount: Int, _ contract: ModelContract, _ body: (Int, Int, [Float]) -> Void
  ) throws(RunError) {
    let shapes = inputs.map { $0.shape }
    var results = outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    var session = Session(self)
    for window in 0..<windowCount {
      for (input, values) in contract.goldenInputs(of: window, shapes: shapes).enumerated() {
        try session.setInput(input, values.span)
      }
      session.run()
      for output in results.indices {
        var span = results[output].mutableSpan
        try session.copyOutput(output, into: &span)
        body(window, output, results[output])
      }
    }
  }
}

/// A model that answers otherwise than it did when it was made.
public struct SelfTestError: Error, Hashable, Sendable {
  /// Of the golden windows.
  public let window: Int
  /// The output's name.
  public let output: String
  public let element: Int
  public let expected: Float
  public let found: Float
  public let tolerance: Float

  /// How far the answer is from what it must be.
  public var distance: Float { abs(found - expected) }
}

#if !hasFeature(Embedded)
  extension SelfTestError: CustomStringConvertible {
    public var description: String {
      """
      self-test: window \(window), output \(output.quoted), element \(element): expected \
      \(expected) within \(tolerance), found \(found)
      """
    }
  }
#endif
