// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels

/// Where a value is: in the arena of a session, or a constant among the weights.
struct Operand: BitwiseCopyable {
  /// Words from the start of the arena; its complement for the weights.
  private let code: Int

  @_noAllocation @_noLocks
  static func arena(_ word: Int) -> Operand { Operand(code: word) }
  @_noAllocation @_noLocks
  static func weights(_ word: Int) -> Operand { Operand(code: ~word) }

  var isConstant: Bool {
    @_noAllocation @_noLocks get { code < 0 }
  }
  /// Words from the start of whichever block it is in.
  var word: Int {
    @_noAllocation @_noLocks get { code < 0 ? ~code : code }
  }
}

/// The addresses a step works with. They outlive it: the session owns one block, its plan the other.
@safe struct Context: BitwiseCopyable {
  let arena: UnsafeMutablePointer<Float>
  let weights: UnsafeMutablePointer<Float>
  let isa: msk_isa

  /// The same weights beside other memory.
  @_noAllocation @_noLocks
  func with(arena: UnsafeMutablePointer<Float>) -> Context {
    unsafe Context(arena: arena, weights: weights, isa: isa)
  }

  /// Where a result goes.
  @_noAllocation @_noLocks
  func result(_ word: Int) -> UnsafeMutablePointer<Float> { unsafe arena + word }

  @_noAllocation @_noLocks
  func operand(_ operand: Operand) -> UnsafePointer<Float> {
    unsafe UnsafePointer((operand.isConstant ? weights : arena) + operand.word)
  }

  /// Where a result goes whose elements are not floats.
  @_noAllocation @_noLocks
  func rawResult(_ word: Int) -> UnsafeMutableRawPointer {
    unsafe UnsafeMutableRawPointer(arena + word)
  }

  /// An operand whose elements are not floats.
  @_noAllocation @_noLocks
  func rawOperand(_ operand: Operand) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(self.operand(operand))
  }

  /// Integers of eight bits, computed.
  @_noAllocation @_noLocks
  func int8Result(_ word: Int) -> UnsafeMutablePointer<Int8> {
    unsafe rawResult(word).assumingMemoryBound(to: Int8.self)
  }

  @_noAllocation @_noLocks
  func int8Operand(_ operand: Operand) -> UnsafePointer<Int8> {
    unsafe rawOperand(operand).assumingMemoryBound(to: Int8.self)
  }

  /// A table of integers of eight bits.
  @_noAllocation @_noLocks
  func int8Table(_ place: WeightPlace) -> UnsafePointer<Int8> {
    unsafe packed(place).assumingMemoryBound(to: Int8.self)
  }

  @_noAllocation @_noLocks
  func int16Result(_ word: Int) -> UnsafeMutablePointer<Int16> {
    unsafe rawResult(word).assumingMemoryBound(to: Int16.self)
  }

  @_noAllocation @_noLocks
  func int16Operand(_ operand: Operand) -> UnsafePointer<Int16> {
    unsafe rawOperand(operand).assumingMemoryBound(to: Int16.self)
  }

  @_noAllocation @_noLocks
  func int32Result(_ word: Int) -> UnsafeMutablePointer<Int32> {
    unsafe rawResult(word).assumingMemoryBound(to: Int32.self)
  }

  /// Floats among the weights; nil for none.
  @_noAllocation @_noLocks
  func floats(_ place: WeightPlace) -> UnsafePointer<Float>? {
    place.isNone ? nil : unsafe UnsafePointer(weights + place.word)
  }

  /// Floats among the weights, from one of them on; nil for none.
  @_noAllocation @_noLocks
  func floats(_ place: WeightPlace, from first: Int) -> UnsafePointer<Float>? {
    place.isNone ? nil : unsafe UnsafePointer(weights + (place.word + first))
  }

  /// Packed weights.
  @_noAllocation @_noLocks
  func packed(_ place: WeightPlace) -> UnsafeRawPointer {
    unsafe UnsafeRawPointer(weights + place.word)
  }

  /// A table of axes.
  @_noAllocation @_noLocks
  func axes(_ place: WeightPlace) -> UnsafePointer<msk_axis> {
    unsafe packed(place).assumingMemoryBound(to: msk_axis.self)
  }

  /// A table of offsets; nil for none.
  @_noAllocation @_noLocks
  func offsets(_ place: WeightPlace) -> UnsafePointer<Int32>? {
    place.isNone ? nil : unsafe packed(place).assumingMemoryBound(to: Int32.self)
  }
}

/// Words from the start of the weights.
struct WeightPlace: BitwiseCopyable {
  let word: Int
  static let none: WeightPlace = WeightPlace(word: -1)
  var isNone: Bool {
    @_noAllocation @_noLocks get { word < 0 }
  }
}
