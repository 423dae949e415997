// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// What reads all frames of a window where they are, and gives the rest of the model its input.
struct WindowStep: BitwiseCopyable {
  enum Kernel: BitwiseCopyable {
    case lstm(LSTMStep)
    case integerLSTM(IntegerLSTMStep)
    case gruAfter(GRUAfterStep)
    case gruBefore(GRUBeforeStep)
    case simpleRNN(SimpleRNNStep)
    case loop(LoopStep)
    case reduce(ReduceStep)
    /// The frames themselves.
    case copy

    init?(_ step: Step) {
      switch step {
      case .lstm(let step): self = .lstm(step)
      case .integerLSTM(let step): self = .integerLSTM(step)
      case .gruAfter(let step): self = .gruAfter(step)
      case .gruBefore(let step): self = .gruBefore(step)
      case .simpleRNN(let step): self = .simpleRNN(step)
      case .loop(let step): self = .loop(step)
      case .reduce(let step): self = .reduce(step)
      default: return nil
      }
    }

    /// Where the step's scratch memory is in the arena it was planned with; nil without any.
    var scratch: Int? {
      switch self {
      case .lstm(let step): step.scratch
      case .integerLSTM(let step): step.scratch
      case .gruAfter(let step): step.scratch
      case .gruBefore(let step): step.scratch
      case .simpleRNN(let step): step.scratch
      // The steps of the body know their places in all of it.
      case .loop: 0
      case .reduce, .copy: nil
      }
    }
  }

  let kernel: Kernel
  let weights: Context
  let x: Int
  /// The input of the rest of the model.
  let input: Int

  @_noAllocation @_noLocks
  func run(_ c: FrameContext, to y: UnsafeMutableRawPointer, scratch: UnsafeMutablePointer<Float>) {
    let from = unsafe UnsafeRawPointer(c.frame(x, 0))
    let xs = unsafe from.assumingMemoryBound(to: Float.self)
    let result = unsafe y.assumingMemoryBound(to: Float.self)
    switch kernel {
    case .lstm(let step):
      unsafe msk_f32_lstm(
        c.isa, result, xs, weights.packed(step.weights), scratch, step.activation, step.gate,
        step.clip, step.shape)
    case .integerLSTM(let step):
      unsafe msk_s8_lstm(
        c.isa, y.assumingMemoryBound(to: Int8.self), from.assumingMemoryBound(to: Int16.self),
        weights.int8Table(step.weights),
        weights.packed(step.bias).assumingMemoryBound(to: Int32.self),
        weights.packed(step.scales).assumingMemoryBound(to: msk_scale.self), scratch, step.shape)
    case .gruAfter(let step):
      unsafe msk_f32_gru_after(
        c.isa, result, xs, weights.packed(step.weights), weights.operand(step.recurrentBias),
        scratch,
        step.activation, step.gate, step.shape)
    case .gruBefore(let step):
      unsafe msk_f32_gru_before(
        c.isa, result, xs, weights.packed(step.weights), weights.packed(step.candidateWeights),
        scratch, step.activation, step.gate, step.shape)
    case .simpleRNN(let step):
      unsafe msk_f32_rnn(
        c.isa, result, xs, weights.packed(step.weights), scratch, step.activation, step.shape)
    case .loop(let step):
      unsafe step.run(weights.with(arena: scratch), rows: from, to: y)
    case .reduce(let step):
      unsafe msk_f32_reduce(
        c.isa, result, xs, step.reduction, weights.axes(step.axes.place), step.axes.count,
        step.count, step.divisor)
    case .copy:
      let value = c.value(x)
      unsafe FrameMove.copy(from, to: y, count: value.count * value.frameByteCount)
    }
  }
}

/// Copies of bytes, which the library's functions are not known to do without a lock.
enum FrameMove {
  /// Both places may overlap if `to` is not behind `from`.
  @_noAllocation @_noLocks
  static func copy(
    _ from: UnsafeRawPointer, to: UnsafeMutableRawPointer, count: Int
  ) {
    var index = 0
    while index + 32 <= count {
      unsafe to.storeBytes(
        of: from.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self),
        toByteOffset: index, as: SIMD4<UInt64>.self)
      index += 32
    }
    while index < count {
      unsafe to.storeBytes(
        of: from.load(fromByteOffset: index, as: UInt8.self), toByteOffset: index, as: UInt8.self)
      index += 1
    }
  }
}
