// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Why a session does not run; holds numbers only, so that throwing it allocates nothing.
public enum RunError: Error, Hashable, Sendable {
  /// The call for one input and one output, on a model with other numbers of them.
  case portCount(inputs: Int, outputs: Int)
  case noInput(index: Int, count: Int)
  case noOutput(index: Int, count: Int)
  /// A window of another length than the input's number of elements.
  case inputLength(index: Int, expected: Int, found: Int)
  /// A result of another length than the output's number of elements.
  case outputLength(index: Int, expected: Int, found: Int)
  /// Raw integers for, or of, a port whose elements are others.
  case portType(index: Int, expected: ElementType)
}

extension RunError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .portCount(let inputs, let outputs):
      "model: expected 1 input and 1 output, found \(inputs) and \(outputs)"
    case .noInput(let index, let count):
      "input \(index): expected an index below \(count)"
    case .noOutput(let index, let count):
      "output \(index): expected an index below \(count)"
    case .inputLength(let index, let expected, let found):
      "input \(index): expected \(expected) elements, found \(found)"
    case .outputLength(let index, let expected, let found):
      "output \(index): expected \(expected) elements, found \(found)"
    case .portType(let index, let expected):
      "port \(index): expected elements of type \(expected), found others"
    }
  }
}
