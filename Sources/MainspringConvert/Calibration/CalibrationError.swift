// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

/// Why windows cannot be used to calibrate a model.
public enum CalibrationError: Error, Hashable, Sendable {
  /// No window at all, or none that is usable.
  case noWindows(refused: Int)
  /// A window with operands for another number of inputs.
  case inputCount(window: Int, expected: Int, found: Int)
  /// A window of another length than the input's number of elements.
  case length(window: Int, input: String, expected: Int, found: Int)
  /// A window with something that is not a finite number.
  case notFinite(window: Int, input: String, element: Int)
  /// A window whose elements are all the same: a sensor that was not there.
  case allEqual(window: Int, input: String, value: Float)
  /// An input that is zero in all windows, so that its range has no width.
  case zeroRange(input: String)
  /// The model itself computes something that is not finite.
  case overflow(window: Int, value: String)
  /// An input that is no float, or a graph that is quantized already.
  case notFloat(value: String, ElementType)
  case graph(GraphError)
  case plan(PlanError)
  case run(RunError)
}

extension CalibrationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noWindows(let refused):
      "calibration: expected at least 1 window, found none"
        + (refused == 0 ? "" : " that is usable (\(refused) refused)")
        + "; cut windows as the model sees them, [windows, …], out of some hundred seconds of "
        + "recordings and save them with numpy.save"
    case .inputCount(let window, let expected, let found):
      "calibration window \(window): expected \(expected) inputs, found \(found)"
    case .length(let window, let input, let expected, let found):
      "calibration window \(window): input \(input.quoted): expected \(expected) elements, found "
        + "\(found)"
    case .notFinite(let window, let input, let element):
      "calibration window \(window): input \(input.quoted): expected finite numbers, element "
        + "\(element) is not"
    case .allEqual(let window, let input, let value):
      "calibration window \(window): input \(input.quoted): expected a signal, all elements are "
        + "\(value)"
    case .zeroRange(let input):
      "calibration: input \(input.quoted): expected a range, it is zero in all windows"
    case .overflow(let window, let value):
      "calibration window \(window): expected finite numbers, the model computes others in "
        + value.quoted
    case .notFloat(let value, let type):
      "calibration: \(value.quoted): expected a float model, found \(type)"
    case .graph(let error): "calibration: \(error)"
    case .plan(let error): "calibration: \(error)"
    case .run(let error): "calibration: \(error)"
    }
  }

  /// The window at fault, where it is one window that is bad.
  public var window: Int? {
    switch self {
    case .inputCount(let window, _, _), .length(let window, _, _, _),
      .notFinite(let window, _, _), .allEqual(let window, _, _), .overflow(let window, _):
      window
    case .noWindows, .zeroRange, .notFloat, .graph, .plan, .run: nil
    }
  }
}
