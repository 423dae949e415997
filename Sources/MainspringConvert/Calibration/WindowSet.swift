// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Windows a model is measured on, checked when they come in.
///
/// Memory: four bytes for each element.
public struct WindowSet: Sendable {
  /// Windows taken in.
  public private(set) var count: Int = 0
  /// Windows refused and skipped, with the reason, in their order.
  public private(set) var refusals: [CalibrationError] = []
  private let names: [String]
  private let sizes: [Int]
  private var elements: [[Float]]
  private let skipsBad: Bool

  /// An empty set for the inputs of a graph.
  ///
  /// - Parameter skipsBad: a window that is not usable is counted in ``refusals`` instead of being
  ///   an error.
  public init(for graph: Graph, skippingBad skipsBad: Bool = false) {
    names = graph.inputs.map { graph.values[$0].name }
    sizes = graph.inputs.map { graph.shape(of: $0).elementCount }
    elements = [[Float]](repeating: [], count: sizes.count)
    self.skipsBad = skipsBad
  }

  /// Takes a window in.
  ///
  /// - Parameter window: the elements of each input, row-major.
  /// - Throws: ``CalibrationError`` naming the window by its index, refused ones counted, when a
  ///   length differs, something is not finite, or all elements of an input are the same.
  public mutating func append(_ window: [[Float]]) throws(CalibrationError) {
    do throws(CalibrationError) {
      try check(window, index: count + refusals.count)
    } catch {
      guard skipsBad else { throw error }
      refusals.append(error)
      return
    }
    for (input, values) in window.enumerated() { elements[input] += values }
    count += 1
  }

  private func check(_ window: [[Float]], index: Int) throws(CalibrationError) {
    guard window.count == sizes.count else {
      throw .inputCount(window: index, expected: sizes.count, found: window.count)
    }
    for (input, values) in window.enumerated() {
      guard values.count == sizes[input] else {
        throw .length(
          window: index, input: names[input], expected: sizes[input], found: values.count)
      }
      if let element = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(window: index, input: names[input], element: element)
      }
      // An input of a single number has nothing to vary.
      if values.count > 1, let first = values.first, values.allSatisfy({ $0 == first }) {
        throw .allEqual(window: index, input: names[input], value: first)
      }
    }
  }

  var inputCount: Int { sizes.count }

  /// The elements of one input in one window.
  ///
  /// - Precondition: there are such an input and such a window.
  public func elements(of input: Int, window: Int) -> ArraySlice<Float> {
    precondition(window >= 0 && window < count, "window \(window) of \(count)")
    return elements[input][window * sizes[input]..<(window + 1) * sizes[input]]
  }

  /// Windows to calibrate on and windows to judge the outcome by.
  ///
  /// Neighbours in a recording overlap, so that whole stretches of ten are held back, every second
  /// of them: what a way of quantizing is worth shows on many windows, a range on few. With fewer
  /// than ten windows both parts are all of them.
  public func split() -> (calibration: WindowSet, heldBack: WindowSet) {
    let stretch = count >= 100 ? 10 : 1
    if count < 10 { return (self, self) }
    let isHeldBack = { (window: Int) in window / stretch % 2 == 1 }
    return (filtered { !isHeldBack($0) }, filtered(isHeldBack))
  }

  private func filtered(_ isIncluded: (Int) -> Bool) -> WindowSet {
    var result = self
    result.refusals = []
    result.count = 0
    for input in elements.indices { result.elements[input] = [] }
    for window in 0..<count where isIncluded(window) {
      for input in elements.indices {
        result.elements[input] += elements(of: input, window: window)
      }
      result.count += 1
    }
    return result
  }
}
