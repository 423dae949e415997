// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

#if !hasFeature(Embedded)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif
#endif

/// Why an instruction set that was asked for by name cannot be used.
public enum InstructionSetError: Error, Hashable, Sendable {
  case unknown(name: String)
  /// This processor or its operating system does not have it.
  case unavailable(InstructionSet)
}

extension InstructionSetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknown(let name):
      "instruction set: expected \(Self.list(InstructionSet.allCases)), found \(name.quoted)"
    case .unavailable(let set):
      "instruction set: expected one this machine has, \(Self.list(InstructionSet.available)), "
        + "found '\(set.name)'"
    }
  }

  private static func list(_ sets: [InstructionSet]) -> String {
    var text = ""
    for (index, set) in sets.enumerated() {
      if index > 0 { text += index == sets.count - 1 ? " or " : ", " }
      text += set.name
    }
    return text
  }
}

extension InstructionSet {
  /// The instruction set of this ``name``, if this machine has it.
  ///
  /// - Throws: ``InstructionSetError`` otherwise.
  public init(requiring name: String) throws(InstructionSetError) {
    guard let set = InstructionSet(named: name) else { throw .unknown(name: name) }
    guard set.isAvailable else { throw .unavailable(set) }
    self = set
  }

  #if !hasFeature(Embedded)
    /// What the environment variable `MAINSPRING_CPU` asks for; nil when it is unset or empty.
    ///
    /// ``best`` ignores a value it cannot follow; a tool asks here first and refuses it.
    ///
    /// - Throws: ``InstructionSetError`` when the value names nothing that this machine has.
    public static func requested() throws(InstructionSetError) -> InstructionSet? {
      guard let value = unsafe getenv("MAINSPRING_CPU") else { return nil }
      let name = unsafe String(cString: value)
      return name.isEmpty ? nil : try InstructionSet(requiring: name)
    }
  #endif
}
