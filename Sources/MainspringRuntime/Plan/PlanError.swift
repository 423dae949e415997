// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Why there is no plan for a graph.
public enum PlanError: Error, Hashable, Sendable {
  /// A value or a weight whose elements the runtime does not compute with.
  case elementType(node: String, role: String, ElementType)
  /// An operator that the runtime does not compute on integers of this type.
  case operation(node: String, kind: String, ElementType)
  /// Scales, zero points or sums that integers cannot be computed with.
  case quantization(node: String, role: String, expected: String, found: String)
  /// An operator refuses its operands.
  case shape(node: String, ShapeError)
  /// The graph states another shape for a result than its operator gives.
  case result(node: String, expected: Shape, found: Shape)
  /// Memory of one kind beyond ``Plan/byteLimit``.
  case tooLarge(node: String, memory: Memory)
  /// This machine lacks the instructions asked for.
  case unavailable(InstructionSet)

  /// What there can be too much of.
  public enum Memory: Hashable, Sendable { case weights, activations }
}

extension PlanError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .elementType(let node, let role, let type):
      "\(node.quoted): \(role): expected elements the runtime computes with, found \(type)"
    case .operation(let node, let kind, let type):
      "\(node.quoted): expected an operator the runtime computes on \(type), found \(kind)"
    case .quantization(let node, let role, let expected, let found):
      "\(node.quoted): \(role): expected \(expected), found \(found)"
    case .shape(let node, let error):
      "\(node.quoted): \(error)"
    case .result(let node, let expected, let found):
      "\(node.quoted): expected a result \(expected), found \(found)"
    case .tooLarge(let node, let memory):
      "\(node.quoted): expected at most \(Plan.byteLimit) bytes of "
        + (memory == .weights ? "weights" : "activations") + ", found more"
    case .unavailable(let instructionSet):
      "this machine: expected the instruction set \(instructionSet), found none of it"
    }
  }
}
