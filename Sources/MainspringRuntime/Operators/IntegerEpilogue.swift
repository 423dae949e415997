// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// Where an ``Epilogue`` of integers has its factors, biases and scales.
struct IntegerEpilogue: BitwiseCopyable {
  private let weights: WeightPlace
  private let bias: WeightPlace
  private let scales: WeightPlace
  private let result: msk_integer_result

  /// - Parameter x: what the convolution before it gives.
  init(_ epilogue: Epilogue?, _ x: IntegerType, _ planner: inout Planner) throws(PlanError) {
    guard let epilogue, case .integers(let single) = epilogue.affine else {
      weights = .none
      bias = .none
      scales = .none
      result = msk_integer_result()
      return
    }
    let node = epilogue.nodes[0]
    let job = Job(node, planner.graph, node.inputs.map { planner.graph.shape(of: $0) })
    try job.checkTypes()
    let checked = try IntegerWeights(
      single.weights, rows: single.filters, scaleCounts: [1, single.filters], job)
    let scaling = try planner.scaling(
      of: checked, bias: single.bias, activation: single.activation, x,
      try job.integerResult(), real: false, excess: x.zero, job)
    weights = try single.packedTaps(job, &planner)
    (bias, scales, result) = (scaling.bias, scaling.scales, scaling.result)
  }

  var isNone: Bool {
    @_noAllocation @_noLocks get { weights.isNone }
  }

  /// Pairs of rows become one in an epilogue.
  @_noAllocation @_noLocks
  func rows(of count: Int) -> Int { isNone ? count : count / 2 }

  @_noAllocation @_noLocks
  func columns(_ c: Context, from first: Int) -> msk_integer_epilogue {
    unsafe msk_integer_epilogue(
      w: c.int8Table(weights) + first,
      bias: c.packed(bias).assumingMemoryBound(to: Int32.self) + first,
      scales: c.packed(scales).assumingMemoryBound(to: msk_scale.self) + first, y: result)
  }
}
