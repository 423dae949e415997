// SPDX-License-Identifier: Apache-2.0

/// What an output says about classes.
///
/// The only place that decides which models are classifiers, and which class an output names.
public struct ClassOutput: Hashable, Sendable {
  /// How the elements become probabilities.
  public enum Form: Hashable, Sendable {
    /// They are those of a softmax, up to rounding.
    case shares
    /// One element behind a sigmoid, the probability of the second of two classes.
    case binary
    /// Behind a sigmoid, each a probability for itself.
    case independent
    /// A softmax is still to be taken of them.
    case scores
  }

  public let form: Form
  public let count: Int
  /// By a softmax, a sigmoid or names of classes; otherwise they are numbers, and classes only to
  /// someone who knows it.
  public let isCertain: Bool

  /// The class of one window: the first of the largest values, or whether a single one is above a
  /// half; nil when a value is NaN.
  public func predicted(_ values: [Float]) -> Int? {
    for value in values where value.isNaN { return nil }
    return form == .binary ? (values[0] > 0.5 ? 1 : 0) : ClassOutput.largest(values)
  }

  /// The first of several largest.
  public static func largest(_ values: [Float]) -> Int {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}

extension Graph {
  /// The classes an output tells apart; nil for anything but a vector of several, or one behind a
  /// sigmoid: a single number is a measure, and a softmax of one element is always 1.
  ///
  /// - Parameters:
  ///   - index: which of ``outputs``.
  ///   - isNamed: the classes have names; the contract's count anyway.
  public func classes(of index: Int, isNamed: Bool = false) -> ClassOutput? {
    guard index < outputs.count else { return nil }
    let shape = shape(of: outputs[index])
    let count = shape.elementCount
    guard count > 0, shape.channels == count else { return nil }
    let form: ClassOutput.Form
    switch ending(of: outputs[index]) {
    case .softmax: form = .shares
    case .unary(let unary) where unary.function == .logistic:
      return ClassOutput(
        form: count == 1 ? .binary : .independent, count: max(count, 2), isCertain: true)
    case .logSoftmax:
      return count == 1 ? nil : ClassOutput(form: .scores, count: count, isCertain: true)
    default: form = .scores
    }
    if count == 1 { return nil }
    let labels = contract?.outputs ?? []
    let hasLabels = index < labels.count && labels[index].labels.count == count
    return ClassOutput(
      form: form, count: count, isCertain: form == .shares || hasLabels || isNamed)
  }

  /// What the softmax, or the sigmoid of a single element, in front of an output is taken of; the
  /// output itself without one.
  ///
  /// Far from a decision a softmax hides how close two models are: differences are told by what is
  /// in front of it.
  public func score(of output: ValueID) -> ValueID {
    guard shape(of: output).elementCount > 0, let producer = endingNode(of: output) else {
      return output
    }
    let isSingle = shape(of: output).elementCount == 1
    switch producer.operation {
    case .softmax: return isSingle ? output : producer.inputs[0]
    case .unary(let unary) where unary.function == .logistic && isSingle:
      return producer.inputs[0]
    default: return output
    }
  }

  private func ending(of output: ValueID) -> Operator? { endingNode(of: output)?.operation }

  /// The node an output comes from, but for changes of its form.
  private func endingNode(of output: ValueID) -> Node? {
    var value = output
    while let producer = nodes.first(where: { $0.output == value }) {
      switch producer.operation {
      case .quantize, .dequantize, .reshape: value = producer.inputs[0]
      default: return producer
      }
    }
    return nil
  }
}
