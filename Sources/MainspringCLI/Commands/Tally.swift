// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// What a run adds up over all windows: class counts, accuracy, numbers that are not finite.
struct Tally {
  private let outputs: [Port]
  private let inputs: [Port]
  private let labels: Labels?
  private(set) var windowCount = 0
  private var correctCount = 0
  /// For each output: how often each of its elements was the largest, and their sums.
  private var largest: [[Int]]
  private var sums: [[Double]]
  /// Windows whose output is finite, by output: what sums and extremes are over.
  private var finiteCount: [Int]
  private var minima: [Float]
  private var maxima: [Float]
  /// For each input and then for each output: windows that hold NaN or infinity.
  private(set) var badInputs: [Bad]
  private(set) var badOutputs: [Bad]

  struct Bad {
    var count = 0
    var firstWindow = 0
    var firstElement = 0
  }

  init(_ plan: Plan, labels: Labels?) {
    outputs = plan.outputs
    inputs = plan.inputs
    self.labels = labels
    largest = outputs.map { [Int](repeating: 0, count: $0.shape.elementCount) }
    sums = outputs.map { [Double](repeating: 0, count: $0.shape.elementCount) }
    finiteCount = outputs.map { _ in 0 }
    minima = outputs.map { _ in .infinity }
    maxima = outputs.map { _ in -.infinity }
    badInputs = inputs.map { _ in Bad() }
    badOutputs = outputs.map { _ in Bad() }
  }

  /// Share of windows whose largest first output is the label's; nil without labels or windows.
  var accuracy: Double? {
    labels == nil || windowCount == 0 ? nil : Double(correctCount) / Double(windowCount)
  }

  mutating func inspect(_ values: [Float], input: Int, window: Int) {
    Tally.note(values, window, &badInputs[input])
  }

  mutating func count(_ results: [[Float]], window: Int) {
    windowCount += 1
    for (output, values) in results.enumerated() {
      Tally.note(values, window, &badOutputs[output])
      if let best = outputs[output].classes?.predicted(values) {
        if values.count > 1 { largest[output][best] += 1 }
        if output == 0, let labels, labels[window] == best { correctCount += 1 }
      }
      guard values.allSatisfy({ $0.isFinite }) else { continue }
      finiteCount[output] += 1
      for (index, value) in values.enumerated() {
        sums[output][index] += Double(value)
        minima[output] = min(minima[output], value)
        maxima[output] = max(maxima[output], value)
      }
    }
  }

  private static func note(_ values: [Float], _ window: Int, _ bad: inout Bad) {
    guard let element = values.firstIndex(where: { !$0.isFinite }) else { return }
    if bad.count == 0 { (bad.firstWindow, bad.firstElement) = (window, element) }
    bad.count += 1
  }

  /// One line for each file or output in which something is not finite.
  func warnings(_ paths: [String]) -> [String] {
    var lines: [String] = []
    for (index, bad) in badInputs.enumerated() where bad.count > 0 {
      lines.append("\(paths[index]): " + line(bad, inputs[index]))
    }
    for (index, bad) in badOutputs.enumerated() where bad.count > 0 {
      lines.append("output '\(outputs[index].name)': " + line(bad, outputs[index]))
    }
    return lines
  }

  private func line(_ bad: Bad, _ port: Port) -> String {
    let strides = port.shape.strides
    var place: [Int] = []
    for axis in 1..<max(port.shape.rank, 1) {
      place.append(bad.firstElement / strides[axis] % port.shape[axis])
    }
    return """
      \(grouped(bad.count)) of \(grouped(windowCount)) windows hold NaN or infinity, first window \
      \(bad.firstWindow) at \(place)
      """
  }

  /// The summary for a person.
  var text: String {
    var text = "\(grouped(windowCount)) window\(windowCount == 1 ? "" : "s")\n"
    for output in outputs.indices where windowCount > 0 {
      text += "\noutput '\(printable(outputs[output].name))' \(outputs[output].shape)\n"
      let isClassifier = outputs[output].classes.map { $0.count == sums[output].count } ?? false
      if finiteCount[output] == 0 {
        text += "no window gave finite values\n"
      } else {
        text += isClassifier ? classes(output) : range(output)
      }
    }
    if let accuracy {
      text += "\naccuracy \(rounded(accuracy, 4)) (\(correctCount) of \(windowCount) windows)\n"
    }
    return text
  }

  private func range(_ output: Int) -> String {
    let count = Double(finiteCount[output] * sums[output].count)
    let mean = sums[output].reduce(0, +) / count
    return "smallest \(minima[output])  mean \(Float(mean))  largest \(maxima[output])\n"
  }

  private func classes(_ output: Int) -> String {
    let shown = 20
    let order = largest[output].indices.sorted {
      (largest[output][$1], $0) < (largest[output][$0], $1)
    }
    let listed = order.count > shown ? Array(order.prefix(shown)) : Array(order.indices)
    var table = Table([
      .init("class", .right), .init("windows", .right), .init("share", .right),
      .init("mean value", .right),
    ])
    for index in listed {
      let count = largest[output][index]
      table.add([
        "\(index)", grouped(count), rounded(Double(count) * 100 / Double(windowCount), 1) + " %",
        rounded(sums[output][index] / Double(finiteCount[output]), 4),
      ])
    }
    let rest = order.count - listed.count
    return table.text + (rest > 0 ? "and \(rest) classes with fewer windows\n" : "")
  }
}

/// A number with a fixed count of decimals, half away from zero.
func rounded(_ number: Double, _ decimals: Int) -> String {
  guard number.isFinite, number.magnitude < 1e12 else { return "\(number)" }
  var factor = 1.0
  for _ in 0..<decimals { factor *= 10 }
  let scaled = Int((number.magnitude * factor).rounded())
  let whole = "\(scaled / Int(factor))"
  let rest = "\(scaled % Int(factor))"
  let sign = number < 0 && scaled > 0 ? "-" : ""
  if decimals == 0 { return sign + whole }
  return sign + whole + "." + String(repeating: "0", count: decimals - rest.count) + rest
}
