// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// The instruction sets of this machine, for a person and for a program.
enum InspectionCPU {
  static func text(_ chosen: InstructionSet) -> String {
    var table = Table([.init("instructions"), .init("here"), .init("what they are")])
    for set in InstructionSet.allCases {
      let state = set == chosen ? "used" : set.isAvailable ? "yes" : "no"
      table.add([set.name, state, words(set)])
    }
    return table.text + """

      MAINSPRING_CPU chooses among them for every command, --cpu for one benchmark.

      """
  }

  static func json(_ chosen: InstructionSet) -> String {
    JSONText.object { json in
      json.member("used", chosen.name)
      json.member("available", InstructionSet.available.map { $0.name })
      json.member("all", InstructionSet.allCases.map { $0.name })
    } + "\n"
  }

  private static func words(_ set: InstructionSet) -> String {
    switch set {
    case .scalar: "plain C, on every processor"
    case .avx2: "AVX2, FMA and F16C: 8 floats at once"
    case .avxvnni: "the same with AVX-VNNI: 32 products of int8 at once"
    case .avx512: "AVX-512 F, BW, DQ and VL: 16 floats at once"
    case .avx512vnni: "the same with VNNI: 64 products of int8 at once"
    case .neon: "NEON of 64-bit ARM: 4 floats at once"
    case .neondot: "the same with dot products: 16 products of int8 at once"
    }
  }
}
