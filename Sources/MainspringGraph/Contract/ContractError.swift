// SPDX-License-Identifier: Apache-2.0

/// Why a contract does not belong to a model.
public struct ContractError: Error, Hashable, Sendable {
  /// Which part of the contract.
  public let place: String
  public let expected: String
  public let found: String

  public init(place: String, expected: String, found: String) {
    self.place = place
    self.expected = expected
    self.found = found
  }
}

extension ContractError: CustomStringConvertible {
  public var description: String { "contract: \(place): expected \(expected), found \(found)" }
}
