// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringNumPy

/// The right class of each window.
struct Labels {
  let values: [Int]

  /// - Throws: ``Failure`` when the file does not hold a class for each window, or the first
  ///   output of the model is none of a classifier.
  init(_ path: String, _ plan: Plan, count: Int) throws(Failure) {
    guard let classes = plan.outputs[0].classCount else {
      throw Failure(
        .badData,
        "\(path): labels need an output with a value for each class, found \(plan.outputs[0].shape)"
      )
    }
    let array: NumPyIntegers
    do throws(NumPyError) {
      array = try NumPyIntegers(path: path)
    } catch {
      throw Failure(error)
    }
    guard array.shape == [count] || array.shape == [count, 1] else {
      throw Failure(
        .badData, "\(path): expected the shape [\(count)], a label a window, found \(array.shape)")
    }
    for (index, label) in array.values.enumerated() where label < 0 || label >= classes {
      throw Failure(
        .badData,
        "\(path): label \(index): expected a class from 0 to \(classes - 1), found \(label)")
    }
    values = array.values
  }

  subscript(window: Int) -> Int { values[window] }
}

extension Port {
  /// Classes the output tells apart: its values, or two for a single probability; nil when it is
  /// no classifier's.
  var classCount: Int? {
    if shape.elementCount == 1 { return 2 }
    return shape.channels == shape.elementCount ? shape.channels : nil
  }

  /// The class of one window: the largest value, or whether a single one is above a half; nil
  /// when the output is no classifier's or holds NaN.
  func predictedClass(_ values: [Float]) -> Int? {
    guard classCount != nil, !values.contains(where: { $0.isNaN }) else { return nil }
    if values.count == 1 { return values[0] > 0.5 ? 1 : 0 }
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return best
  }
}
