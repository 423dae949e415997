// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// What a recurrent step keeps from one window to the next.
struct StepState: BitwiseCopyable {
  let byteCount: Int
  /// Bytes of a state of zeros that have another value: those of integers with a zero point.
  var zeroStart: Int = 0
  var zeroCount: Int = 0
  var zero: UInt8 = 0
}

extension Step {
  /// nil for a step that keeps nothing.
  var state: StepState? {
    switch self {
    // h and c.
    case .lstm(let step): StepState(byteCount: 8 * Step.padded(step.shape))
    case .hybridLSTM(let step): StepState(byteCount: 8 * Step.padded(step.shape))
    case .gruAfter(let step): StepState(byteCount: 4 * Step.padded(step.shape))
    case .gruBefore(let step): StepState(byteCount: 4 * Step.padded(step.shape))
    case .simpleRNN(let step): StepState(byteCount: 4 * Step.padded(step.shape))
    // c of int16, h of int8.
    case .integerLSTM(let step):
      StepState(
        byteCount: 3 * step.shape.units, zeroStart: 2 * step.shape.units,
        zeroCount: step.shape.units, zero: UInt8(truncatingIfNeeded: step.shape.state_zero))
    case .loop(let step):
      StepState(byteCount: step.stateBytes, zeroCount: step.stateBytes, zero: step.zero)
    default: nil
    }
  }

  /// Units rounded up to the longest vectors there are.
  private static func padded(_ shape: msk_recurrent) -> Int {
    shape.units.rounded(upTo: AlignedBlock.alignment / 4)
  }

  /// Runs a step from the state that is there, and leaves the next one; only for steps with one.
  @_noAllocation @_noLocks
  func resume(_ c: Context, state: UnsafeMutableRawPointer) {
    let floats = unsafe state.assumingMemoryBound(to: Float.self)
    switch self {
    case .lstm(let step):
      unsafe msk_f32_lstm_resume(
        c.isa, c.result(step.y), c.operand(.arena(step.x)), c.packed(step.weights), floats,
        c.result(step.scratch), step.activation, step.gate, step.clip, step.shape)
    case .hybridLSTM(let step):
      unsafe msk_hybrid_lstm_resume(
        c.isa, c.result(step.y), c.operand(.arena(step.x)), c.int8Table(step.weights.values),
        c.packed(step.weights.sums).assumingMemoryBound(to: Int32.self),
        c.packed(step.weights.scales).assumingMemoryBound(to: Float.self), floats,
        c.result(step.scratch), step.activation, step.gate, step.clip, step.isAsymmetric,
        step.shape)
    case .integerLSTM(let step):
      unsafe msk_s8_lstm_resume(
        c.isa, c.int8Result(step.y), UnsafePointer(c.int16Result(step.x)),
        c.int8Table(step.weights), c.packed(step.bias).assumingMemoryBound(to: Int32.self),
        c.packed(step.scales).assumingMemoryBound(to: msk_scale.self), state,
        c.rawResult(step.scratch), step.shape)
    case .gruAfter(let step):
      unsafe msk_f32_gru_after_resume(
        c.isa, c.result(step.y), c.operand(.arena(step.x)), c.packed(step.weights),
        c.operand(step.recurrentBias), floats, c.result(step.scratch), step.activation, step.gate,
        step.shape)
    case .gruBefore(let step):
      unsafe msk_f32_gru_before_resume(
        c.isa, c.result(step.y), c.operand(.arena(step.x)), c.packed(step.weights),
        c.packed(step.candidateWeights), floats, c.result(step.scratch), step.activation,
        step.gate, step.shape)
    case .simpleRNN(let step):
      unsafe msk_f32_rnn_resume(
        c.isa, c.result(step.y), c.operand(.arena(step.x)), c.packed(step.weights), floats,
        c.result(step.scratch), step.activation, step.shape)
    case .loop(let step):
      unsafe step.resume(c, rows: c.rawResult(step.rows), to: c.rawResult(step.y), state: state)
    default: preconditionFailure("a step that keeps a state")
    }
  }
}
