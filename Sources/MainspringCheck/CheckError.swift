// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime

/// Why models cannot be checked or compared.
public enum CheckError: Error, Hashable, Sendable {
  case graph(model: String, GraphError)
  case plan(model: String, PlanError)
  case run(model: String, RunError)
  /// Models that do not take, or give, the same.
  case ports(model: String, what: String, expected: String, found: String)
}

extension CheckError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .graph(let model, let error): "\(model): \(error)"
    case .plan(let model, let error): "\(model): \(error)"
    case .run(let model, let error): "\(model): \(error)"
    case .ports(let model, let what, let expected, let found):
      "\(model): \(what): expected \(expected), found \(found)"
    }
  }
}
