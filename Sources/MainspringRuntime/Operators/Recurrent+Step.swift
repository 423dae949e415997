// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// What the three recurrent operators share: their columns in the order the kernels want them, and
/// the product of all inputs at once.
struct RecurrentLowering {
  let job: Job
  let gates: Int
  let units: Int
  let returnsSequence: Bool
  let lanes: Int

  var time: Int { job.shapes[0][1] }
  /// Units rounded up to whole vectors.
  var padded: Int { units.rounded(upTo: lanes) }

  /// Rows of the weights in the order of columns: gates interleaved by vectors, −1 for surplus ones.
  ///
  /// - Parameter chosen: the gates wanted; all by default.
  func order(_ chosen: Range<Int>) -> [Int32] {
    var order: [Int32] = []
    order.reserveCapacity(padded * chosen.count)
    for first in stride(from: 0, to: padded, by: lanes) {
      for gate in chosen {
        for unit in first..<first + lanes {
          order.append(unit < units ? Int32(gate * units + unit) : -1)
        }
      }
    }
    return order
  }

  /// A bias in the order of columns.
  func bias(_ tensor: Tensor, _ planner: inout Planner) throws(PlanError) -> WeightPlace {
    guard let values = tensor.floats else {
      throw .elementType(node: job.name, role: "bias", tensor.elementType)
    }
    let ordered = order(0..<gates).map { $0 < 0 ? 0 : values[Int($0)] }
    return try planner.floats(ordered, of: job.name)
  }

  /// Emits W·x + b of all time steps.
  ///
  /// - Returns: where `[time × gates·padded]` is.
  func emitInputs(
    weights: Tensor, bias: Tensor, _ planner: inout Planner
  ) throws(PlanError) -> Int {
    let columns = gates * padded
    let target = try planner.scratch(time, columns, job: job)
    try planner.emitProduct(
      try planner.operand(0, of: job), to: target, rows: time, weights: weights,
      order: order(0..<gates), depth: weights.shape[1], columns: columns,
      bias: try self.bias(bias, &planner), bounds: FusedActivation.none.bounds, name: job.name)
    return target
  }

  /// Packs the recurrent weights of some gates.
  func recurrent(
    _ tensor: Tensor, gates: Range<Int>, _ planner: inout Planner
  ) throws(PlanError) -> WeightPlace {
    try planner.packed(
      tensor,
      Packing(
        rows: order(gates), rowCount: tensor.shape[0], rowStride: units,
        columns: gates.count * padded, depth: units,
        width: msk_gemv_width(planner.instructionSet.code)), of: job.name)
  }

  func shape(_ tensor: Tensor) -> msk_recurrent {
    msk_recurrent(
      time: time, units: units, sequence: returnsSequence, element: tensor.kernelElement)
  }
}
