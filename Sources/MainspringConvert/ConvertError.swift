// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Why a graph cannot be written as a TFLite file.
public enum ConvertError: Error, Hashable, Sendable {
  /// TFLite has no way to say this, or stock runtimes cannot run it.
  case unsupported(node: String, operation: String, reason: String)
  /// A value or weight without elements, which stock runtimes take for something to be computed.
  case empty(name: String, shape: Shape)
  /// The step of a recurrent operator cannot be built.
  case graph(GraphError)
  /// The file would exceed the 2 GiB that its offsets reach.
  case fileTooLarge
  case outOfMemory
}

extension ConvertError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unsupported(let node, let operation, let reason): "\(node.quoted): \(operation) \(reason)"
    case .empty(let name, let shape):
      "\(name.quoted): expected at least one element, found \(shape)"
    case .graph(let error): error.description
    case .fileTooLarge: "the file would be larger than the 2 GiB that the TFLite format allows"
    case .outOfMemory: "not enough memory to write the model"
    }
  }
}
