// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension InteropCase {
  static var movement: [InteropCase] {
    [
      InteropCase("reshape") { m in
        let x = try m.input([1, 6, 4])
        let y = try m.input([1, 1], name: "y")
        let scalar = try m.reshape(y, [])
        return try m.finish(
          try m.reshape(x, [2, 3, 4]), try m.reshape(x, [24]), scalar, try m.reshape(scalar, [1]))
      },
      InteropCase("transpose") { m in
        let x = try m.input([1, 6, 4])
        let y = try m.input([1, 2, 3, 2, 4], name: "y")
        let z = try m.input([1, 2, 3, 2, 2, 2], name: "z")
        return try m.finish(
          try m.add(.transpose(Transpose(permutation: [0, 2, 1])), x),
          try m.add(.transpose(Transpose(permutation: [4, 0, 3, 1, 2])), y),
          try m.add(.transpose(Transpose(permutation: [5, 0, 4, 1, 3, 2])), z))
      },
      InteropCase("slice") { m in
        let x = try m.input([1, 6, 4])
        let y = try m.input([1, 2, 3, 6, 4], name: "y")
        func slice(_ begin: [Int], _ count: [Int], _ stride: [Int]) -> Operator {
          .slice(Slice(begin: begin, count: count, stride: stride))
        }
        return try m.finish(
          try m.add(slice([0, 2, 1], [1, 3, 2], [1, 1, 1]), x),
          try m.add(slice([0, 1, 0], [1, 2, 2], [1, 3, 2]), x),
          try m.add(slice([0, 5, 3], [1, 6, 2], [1, -1, -1]), x),
          try m.add(slice([0, 5, 3], [1, 3, 2], [1, -2, -3]), x),
          try m.add(slice([0, 4, 0], [1, 2, 4], [1, -2, 1]), x),
          try m.add(slice([0, 5, 3], [1, 1, 4], [7, -9, -1]), x),
          try m.add(slice([0, 1, 0, 2, 0], [1, 1, 2, 3, 4], [1, 1, 1, 1, 1]), y),
          try m.add(slice([0, 1, 0, 5, 0], [1, 1, 2, 3, 2], [1, 1, 1, -2, 2]), y))
      },
      InteropCase("concatenate") { m in
        let x = try m.input([1, 6, 4])
        let y = try m.input([1, 6, 2], name: "y")
        return try m.finish(
          try m.add(.concatenate(Concatenate(axis: 2)), x, y),
          try m.add(
            .concatenate(Concatenate(axis: 1)), x, x, m.constant(try m.weights([1, 2, 4]))),
          try m.add(.concatenate(Concatenate(axis: 0)), y))
      },
      InteropCase("pad") { m in
        let x = try m.input([1, 6, 4])
        let y = try m.input([1, 2, 3, 2, 2], name: "y")
        return try m.finish(
          try m.add(.pad(Pad(before: [0, 2, 0], after: [0, 1, 3])), x),
          try m.add(.pad(Pad(before: [0, 2, 1], after: [0, 1, 0], value: -1.5)), x),
          try m.add(.pad(Pad(before: [0, 2, 1, 0, 0], after: [0, 1, 0, 0, 1])), y),
          try m.add(.pad(Pad(before: [0, 2, 1, 0, 0], after: [0, 1, 0, 0, 1], value: 2)), y))
      },
      InteropCase("tile") { m in
        let x = try m.input([1, 3, 4])
        return try m.finish(
          try m.add(.tile(Tile(multiples: [2, 1, 3])), x),
          try m.add(.tile(Tile(multiples: [1, 1, 1])), x))
      },
      InteropCase("reverse") { m in
        let x = try m.input([2, 3, 4])
        for axes in [[1], [1, 2], [0, 2], [0, 1, 2], []] {
          try m.graph.addOutput(try m.add(.reverse(Reverse(axes: axes)), x))
        }
        return m.graph
      },
    ]
  }
}
