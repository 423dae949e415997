// SPDX-License-Identifier: Apache-2.0

/// A step in memory as it runs: which one it is, and beside it what was decided of it.
///
/// A switch over an enumeration of large payloads copies the payload first. That takes about as
/// long as a small kernel, so that here every step is run where it is.
@safe struct StepSlot: BitwiseCopyable {
  private let kind: Kind
  private var payload: InlineArray<32, UInt64>

  private init<Payload: BitwiseCopyable>(_ kind: Kind, _ payload: Payload) {
    self.kind = kind
    self.payload = InlineArray(repeating: 0)
    precondition(
      MemoryLayout<Payload>.size <= MemoryLayout<InlineArray<32, UInt64>>.size
        && MemoryLayout<Payload>.alignment <= StepSlot.payloadOffset
        && MemoryLayout<StepSlot>.size == StepSlot.payloadOffset + 32 * 8,
      "a payload that fits behind the kind")
    unsafe withUnsafeMutableBytes(of: &self.payload) {
      unsafe $0.storeBytes(of: payload, as: Payload.self)
    }
  }

  /// Runs a step where it is.
  @_noAllocation @_noLocks
  static func run(_ slot: UnsafePointer<StepSlot>, _ c: Context) {
    let at = unsafe UnsafeRawPointer(slot) + payloadOffset
    switch unsafe slot.pointee.kind {
    case .product: unsafe at.assumingMemoryBound(to: ProductStep.self).pointee.run(c)
    case .rowProduct: unsafe at.assumingMemoryBound(to: RowProductStep.self).pointee.run(c)
    case .convolution: unsafe at.assumingMemoryBound(to: ConvolutionStep.self).pointee.run(c)
    case .depthwise: unsafe at.assumingMemoryBound(to: DepthwiseStep.self).pointee.run(c)
    case .scatter: unsafe at.assumingMemoryBound(to: ScatterStep.self).pointee.run(c)
    case .lstm: unsafe at.assumingMemoryBound(to: LSTMStep.self).pointee.run(c)
    case .gruAfter: unsafe at.assumingMemoryBound(to: GRUAfterStep.self).pointee.run(c)
    case .gruBefore: unsafe at.assumingMemoryBound(to: GRUBeforeStep.self).pointee.run(c)
    case .simpleRNN: unsafe at.assumingMemoryBound(to: SimpleRNNStep.self).pointee.run(c)
    case .pool: unsafe at.assumingMemoryBound(to: PoolStep.self).pointee.run(c)
    case .reduce: unsafe at.assumingMemoryBound(to: ReduceStep.self).pointee.run(c)
    case .softmax: unsafe at.assumingMemoryBound(to: SoftmaxStep.self).pointee.run(c)
    case .logSoftmax: unsafe at.assumingMemoryBound(to: LogSoftmaxStep.self).pointee.run(c)
    case .map: unsafe at.assumingMemoryBound(to: MapStep.self).pointee.run(c)
    case .scaleShift: unsafe at.assumingMemoryBound(to: ScaleShiftStep.self).pointee.run(c)
    case .binary: unsafe at.assumingMemoryBound(to: BinaryStep.self).pointee.run(c)
    case .select: unsafe at.assumingMemoryBound(to: SelectStep.self).pointee.run(c)
    case .matMul: unsafe at.assumingMemoryBound(to: MatMulStep.self).pointee.run(c)
    case .fill: unsafe at.assumingMemoryBound(to: FillStep.self).pointee.run(c)
    case .copy: unsafe at.assumingMemoryBound(to: CopyStep.self).pointee.run(c)
    case .integerProduct: unsafe at.assumingMemoryBound(to: IntegerProductStep.self).pointee.run(c)
    case .integerConvolution:
      unsafe at.assumingMemoryBound(to: IntegerConvolutionStep.self).pointee.run(c)
    case .integerDepthwise:
      unsafe at.assumingMemoryBound(to: IntegerDepthwiseStep.self).pointee.run(c)
    case .integerTransposed:
      unsafe at.assumingMemoryBound(to: IntegerTransposedStep.self).pointee.run(c)
    case .integerLSTM: unsafe at.assumingMemoryBound(to: IntegerLSTMStep.self).pointee.run(c)
    case .loop: unsafe at.assumingMemoryBound(to: LoopStep.self).pointee.run(c)
    case .integerPool: unsafe at.assumingMemoryBound(to: IntegerPoolStep.self).pointee.run(c)
    case .integerReduce: unsafe at.assumingMemoryBound(to: IntegerReduceStep.self).pointee.run(c)
    case .integerSoftmax: unsafe at.assumingMemoryBound(to: IntegerSoftmaxStep.self).pointee.run(c)
    case .integerLogSoftmax:
      unsafe at.assumingMemoryBound(to: IntegerLogSoftmaxStep.self).pointee.run(c)
    case .shortSoftmax: unsafe at.assumingMemoryBound(to: ShortSoftmaxStep.self).pointee.run(c)
    case .lookup: unsafe at.assumingMemoryBound(to: LookupStep.self).pointee.run(c)
    case .sigmoid: unsafe at.assumingMemoryBound(to: SigmoidStep.self).pointee.run(c)
    case .rescale: unsafe at.assumingMemoryBound(to: RescaleStep.self).pointee.run(c)
    case .integerBinary: unsafe at.assumingMemoryBound(to: IntegerBinaryStep.self).pointee.run(c)
    case .integerMatMul: unsafe at.assumingMemoryBound(to: IntegerMatMulStep.self).pointee.run(c)
    case .quantize: unsafe at.assumingMemoryBound(to: QuantizeStep.self).pointee.run(c)
    case .dequantize: unsafe at.assumingMemoryBound(to: DequantizeStep.self).pointee.run(c)
    case .hybridQuantize: unsafe at.assumingMemoryBound(to: HybridQuantizeStep.self).pointee.run(c)
    case .hybridProduct: unsafe at.assumingMemoryBound(to: HybridProductStep.self).pointee.run(c)
    case .hybridDepthwise:
      unsafe at.assumingMemoryBound(to: HybridDepthwiseStep.self).pointee.run(c)
    case .hybridLSTM: unsafe at.assumingMemoryBound(to: HybridLSTMStep.self).pointee.run(c)
    }
  }

  private static var payloadOffset: Int {
    @_noAllocation @_noLocks get { 8 }
  }
}

extension StepSlot {
  private enum Kind: UInt8, BitwiseCopyable {
    case product, rowProduct, convolution, depthwise, scatter, lstm, gruAfter, gruBefore,
      simpleRNN, pool, reduce, softmax, logSoftmax, map, scaleShift, binary, select, matMul, fill,
      copy, integerProduct, integerConvolution, integerDepthwise, integerTransposed, integerLSTM,
      loop, integerPool, integerReduce, integerSoftmax, integerLogSoftmax, shortSoftmax, lookup,
      sigmoid, rescale, integerBinary, integerMatMul, quantize, dequantize, hybridQuantize,
      hybridProduct, hybridDepthwise, hybridLSTM
  }

  init(_ step: Step) {
    switch step {
    case .product(let step): self.init(.product, step)
    case .rowProduct(let step): self.init(.rowProduct, step)
    case .convolution(let step): self.init(.convolution, step)
    case .depthwise(let step): self.init(.depthwise, step)
    case .scatter(let step): self.init(.scatter, step)
    case .lstm(let step): self.init(.lstm, step)
    case .gruAfter(let step): self.init(.gruAfter, step)
    case .gruBefore(let step): self.init(.gruBefore, step)
    case .simpleRNN(let step): self.init(.simpleRNN, step)
    case .pool(let step): self.init(.pool, step)
    case .reduce(let step): self.init(.reduce, step)
    case .softmax(let step): self.init(.softmax, step)
    case .logSoftmax(let step): self.init(.logSoftmax, step)
    case .map(let step): self.init(.map, step)
    case .scaleShift(let step): self.init(.scaleShift, step)
    case .binary(let step): self.init(.binary, step)
    case .select(let step): self.init(.select, step)
    case .matMul(let step): self.init(.matMul, step)
    case .fill(let step): self.init(.fill, step)
    case .copy(let step): self.init(.copy, step)
    case .integerProduct(let step): self.init(.integerProduct, step)
    case .integerConvolution(let step): self.init(.integerConvolution, step)
    case .integerDepthwise(let step): self.init(.integerDepthwise, step)
    case .integerTransposed(let step): self.init(.integerTransposed, step)
    case .integerLSTM(let step): self.init(.integerLSTM, step)
    case .loop(let step): self.init(.loop, step)
    case .integerPool(let step): self.init(.integerPool, step)
    case .integerReduce(let step): self.init(.integerReduce, step)
    case .integerSoftmax(let step): self.init(.integerSoftmax, step)
    case .integerLogSoftmax(let step): self.init(.integerLogSoftmax, step)
    case .shortSoftmax(let step): self.init(.shortSoftmax, step)
    case .lookup(let step): self.init(.lookup, step)
    case .sigmoid(let step): self.init(.sigmoid, step)
    case .rescale(let step): self.init(.rescale, step)
    case .integerBinary(let step): self.init(.integerBinary, step)
    case .integerMatMul(let step): self.init(.integerMatMul, step)
    case .quantize(let step): self.init(.quantize, step)
    case .dequantize(let step): self.init(.dequantize, step)
    case .hybridQuantize(let step): self.init(.hybridQuantize, step)
    case .hybridProduct(let step): self.init(.hybridProduct, step)
    case .hybridDepthwise(let step): self.init(.hybridDepthwise, step)
    case .hybridLSTM(let step): self.init(.hybridLSTM, step)
    }
  }
}
