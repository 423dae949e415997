// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringNumPy

/// The right class of each window.
struct Labels {
  private let path: String
  let values: [Int]

  /// - Parameter count: windows, where it is known already.
  /// - Throws: ``Failure`` when the file does not hold a class for each window, or the first
  ///   output of the model is none of a classifier.
  init(_ path: String, _ plan: Plan, count: Int?) throws(Failure) {
    guard let classes = plan.outputs[0].classes?.count else {
      throw Failure(
        .badData,
        "\(path): labels need an output with a score for each class, found \(plan.outputs[0].shape)"
      )
    }
    let array: NumPyIntegers
    do throws(NumPyError) {
      array = try NumPyIntegers(path: path)
    } catch {
      throw Failure(error)
    }
    let found = array.values.count
    guard array.shape == [found] || array.shape == [found, 1] else {
      throw Failure(
        .badData,
        "\(path): expected the shape [\(count ?? found)], a label a window, found \(array.shape)")
    }
    for (index, label) in array.values.enumerated() where label < 0 || label >= classes {
      throw Failure(
        .badData,
        "\(path): label \(index): expected a class from 0 to \(classes - 1), found \(label)")
    }
    self.path = path
    values = array.values
    if let count { try require(count) }
  }

  /// - Throws: ``Failure`` when there are not as many windows.
  func require(_ count: Int) throws(Failure) {
    guard values.count == count else {
      throw Failure(
        .badData,
        "\(path): expected the shape [\(count)], a label a window, found [\(values.count)]")
    }
  }

  subscript(window: Int) -> Int { values[window] }
}
