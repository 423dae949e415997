// SPDX-License-Identifier: Apache-2.0

extension Graph {
  /// Lists inputs and outputs in another order.
  ///
  /// What the contract says about each goes with it. Golden vectors, and a window that is another
  /// input's then, are dropped.
  ///
  /// - Parameters:
  ///   - inputs: by new place, the place so far; each of them once.
  ///   - outputs: the same of outputs.
  package func listing(inputs: [Int], outputs: [Int]) -> Graph {
    precondition(isOrder(inputs, of: self.inputs), "each input once")
    precondition(isOrder(outputs, of: self.outputs), "each output once")
    if isSorted(inputs), isSorted(outputs) { return self }
    return replacingPorts(
      inputs: inputs.map { self.inputs[$0] }, outputs: outputs.map { self.outputs[$0] },
      contract: contract?.listing(inputs: inputs, outputs: outputs))
  }

  private func isOrder(_ places: [Int], of values: [ValueID]) -> Bool {
    var isListed = [Bool](repeating: false, count: values.count)
    for place in places where values.indices.contains(place) { isListed[place] = true }
    return places.count == values.count && isListed.allSatisfy { $0 }
  }
}

extension ModelContract {
  fileprivate func listing(inputs places: [Int], outputs results: [Int]) -> ModelContract? {
    var copy = self
    copy.golden = nil
    if !inputs.isEmpty { copy.inputs = places.map { inputs[$0] } }
    if !outputs.isEmpty { copy.outputs = results.map { outputs[$0] } }
    if places.first != 0 { (copy.window, copy.hop) = (nil, nil) }
    return copy.isEmpty ? nil : copy
  }
}

private func isSorted(_ places: [Int]) -> Bool { places.indices.allSatisfy { places[$0] == $0 } }
