// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

#if !hasFeature(Embedded)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif
#endif

/// The vector instructions a plan is made for.
public enum InstructionSet: Hashable, Sendable, CaseIterable {
  /// Plain C; the specification of all others.
  case scalar
  /// AVX2 with FMA and F16C.
  case avx2
  /// The same with AVX-VNNI, which multiplies int8; for floats there is no difference.
  case avxvnni
  /// AVX-512 F, BW, DQ and VL.
  case avx512
  /// The same with VNNI, which multiplies int8; for floats there is no difference.
  case avx512vnni
  /// Advanced SIMD, which every 64-bit ARM processor has.
  case neon
  /// The same with dot products of int8; for floats there is no difference.
  case neondot

  /// What `MAINSPRING_CPU` and the tools call it.
  public var name: String {
    switch self {
    case .scalar: "scalar"
    case .avx2: "avx2"
    case .avxvnni: "avxvnni"
    case .avx512: "avx512"
    case .avx512vnni: "avx512vnni"
    case .neon: "neon"
    case .neondot: "neondot"
    }
  }

  /// The instruction set of this ``name``, or nil.
  public init?(named name: String) {
    for candidate in InstructionSet.allCases where candidate.name == name {
      self = candidate
      return
    }
    return nil
  }

  /// Whether this processor and its operating system have it.
  public var isAvailable: Bool { msk_isa_available(code) }

  /// Those this machine can run, slowest first; never empty.
  public static var available: [InstructionSet] { allCases.filter { $0.isAvailable } }

  /// The fastest one available, or the one the environment variable `MAINSPRING_CPU` names if that
  /// is available; any other value of the variable is without effect, see ``requested()``.
  public static var best: InstructionSet {
    #if !hasFeature(Embedded)
      if let text = unsafe getenv("MAINSPRING_CPU"),
        let chosen = unsafe InstructionSet(named: String(cString: text)), chosen.isAvailable
      {
        return chosen
      }
    #endif
    var best = InstructionSet.scalar
    for candidate in InstructionSet.allCases where candidate.isAvailable { best = candidate }
    return best
  }

  var code: msk_isa {
    switch self {
    case .scalar: .scalar
    case .avx2: .avx2
    case .avxvnni: .avx_vnni
    case .avx512: .avx512
    case .avx512vnni: .avx512_vnni
    case .neon: .neon
    case .neondot: .neon_dot
    }
  }

  /// Floats in a register.
  var lanes: Int { msk_lanes(code) }
}

extension InstructionSet: CustomStringConvertible {
  public var description: String { name }
}
