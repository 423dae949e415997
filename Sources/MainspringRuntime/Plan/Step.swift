// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// One kernel call with everything decided: places in memory, sizes, settings.
enum Step: BitwiseCopyable {
  case product(ProductStep)
  case rowProduct(RowProductStep)
  case convolution(ConvolutionStep)
  case depthwise(DepthwiseStep)
  case scatter(ScatterStep)
  case lstm(LSTMStep)
  case gruAfter(GRUAfterStep)
  case gruBefore(GRUBeforeStep)
  case simpleRNN(SimpleRNNStep)
  case pool(PoolStep)
  case reduce(ReduceStep)
  case softmax(SoftmaxStep)
  case logSoftmax(LogSoftmaxStep)
  case map(MapStep)
  case scaleShift(ScaleShiftStep)
  case binary(BinaryStep)
  case select(SelectStep)
  case matMul(MatMulStep)
  case fill(FillStep)
  case copy(CopyStep)

  @_noAllocation @_noLocks
  func run(_ context: Context) {
    switch self {
    case .product(let step): step.run(context)
    case .rowProduct(let step): step.run(context)
    case .convolution(let step): step.run(context)
    case .depthwise(let step): step.run(context)
    case .scatter(let step): step.run(context)
    case .lstm(let step): step.run(context)
    case .gruAfter(let step): step.run(context)
    case .gruBefore(let step): step.run(context)
    case .simpleRNN(let step): step.run(context)
    case .pool(let step): step.run(context)
    case .reduce(let step): step.run(context)
    case .softmax(let step): step.run(context)
    case .logSoftmax(let step): step.run(context)
    case .map(let step): step.run(context)
    case .scaleShift(let step): step.run(context)
    case .binary(let step): step.run(context)
    case .select(let step): step.run(context)
    case .matMul(let step): step.run(context)
    case .fill(let step): step.run(context)
    case .copy(let step): step.run(context)
    }
  }
}
