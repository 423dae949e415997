// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

/// Why a graph cannot be quantized.
public enum QuantizationError: Error, Hashable, Sendable {
  /// The ranges or the plan were made for another graph.
  case mismatch(what: String, expected: Int, found: Int)
  /// A value that is needed as integers and was never seen.
  case noRange(value: String)
  /// The graph holds integers already.
  case notFloat(value: String, ElementType)
  /// Weights that are not finite, or not floats; the role tells which of the node's.
  case weights(node: String, role: String, element: Int)
  case graph(GraphError)
  case plan(PlanError)
  case run(RunError)
  case calibration(CalibrationError)
  /// Windows and labels to judge by do not fit together.
  case labels(expected: Int, found: Int)
  /// No mixture of precisions holds the budget.
  case budget(Agreement)
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .mismatch(let what, let expected, let found):
      "quantization: expected \(what) for \(expected), found \(found)"
    case .noRange(let value):
      "\(value.quoted): expected a range from calibration, found none"
    case .notFloat(let value, let type):
      "\(value.quoted): expected a float model, found \(type)"
    case .weights(let node, let role, let element):
      "\(node.quoted): expected finite floats as \(role), element \(element) is not"
    case .graph(let error): error.description
    case .plan(let error): error.description
    case .run(let error): error.description
    case .calibration(let error): error.description
    case .labels(let expected, let found):
      "expected a label for each of \(expected) windows, found \(found)"
    case .budget(let best): "no mixture of precisions is within the budget; the best: \(best)"
    }
  }
}
