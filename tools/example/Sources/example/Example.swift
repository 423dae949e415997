// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// The least an application needs: load a model once, run it on window after window.
@main
struct Example {
  static func main() {
    guard CommandLine.arguments.count == 2 else {
      print("usage: example model.tflite")
      return
    }
    do {
      try classify(path: CommandLine.arguments[1])
    } catch {
      print("error: \(error)")
    }
  }

  static func classify(path: String) throws {
    let plan = try Plan(contentsOf: path)
    var session = Session(plan)

    let window = [Float](repeating: 0, count: plan.inputs[0].shape.elementCount)
    var probabilities = [Float](repeating: 0, count: plan.outputs[0].shape.elementCount)
    var result = probabilities.mutableSpan
    try session.run(window.span, into: &result)
    print(probabilities)
  }
}
