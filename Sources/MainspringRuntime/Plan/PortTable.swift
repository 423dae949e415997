// SPDX-License-Identifier: Apache-2.0

/// The inputs and outputs of a plan for those who run it: every check of an index, a type or a
/// length is here.
///
/// It points into the plan, which whoever has it keeps alive.
@safe struct PortTable: BitwiseCopyable {
  private let inputs: UnsafeMutablePointer<PortPlace>
  private let inputCount: Int
  private let outputs: UnsafeMutablePointer<PortPlace>
  private let outputCount: Int

  init(_ plan: Plan) {
    unsafe inputs = plan.inputPlaces.base
    inputCount = plan.inputPlaces.count
    unsafe outputs = plan.outputPlaces.base
    outputCount = plan.outputPlaces.count
  }

  /// The input and the output of a model that has one of each.
  @_noAllocation @_noLocks
  func single() throws(RunError) -> (input: PortPlace, output: PortPlace) {
    guard inputCount == 1, outputCount == 1 else {
      throw .portCount(inputs: inputCount, outputs: outputCount)
    }
    return unsafe (inputs[0], outputs[0])
  }

  /// An input of so many elements.
  @_noAllocation @_noLocks
  func input(_ index: Int, count: Int) throws(RunError) -> PortPlace {
    let place = try input(index)
    guard count == place.elementCount else {
      throw .inputLength(index: index, expected: place.elementCount, found: count)
    }
    return place
  }

  /// An output of so many elements.
  @_noAllocation @_noLocks
  func output(_ index: Int, count: Int) throws(RunError) -> PortPlace {
    let place = try output(index)
    guard count == place.elementCount else {
      throw .outputLength(index: index, expected: place.elementCount, found: count)
    }
    return place
  }

  /// An input of so many elements of a type.
  @_noAllocation @_noLocks
  func input(
    _ index: Int, _ elements: PortPlace.Elements, count: Int
  ) throws(RunError) -> PortPlace {
    try input(index).check(elements, index)
    return try input(index, count: count)
  }

  /// An output of so many elements of a type.
  @_noAllocation @_noLocks
  func output(
    _ index: Int, _ elements: PortPlace.Elements, count: Int
  ) throws(RunError) -> PortPlace {
    try output(index).check(elements, index)
    return try output(index, count: count)
  }

  @_noAllocation @_noLocks
  func input(_ index: Int) throws(RunError) -> PortPlace {
    guard index >= 0, index < inputCount else { throw .noInput(index: index, count: inputCount) }
    return unsafe inputs[index]
  }

  @_noAllocation @_noLocks
  func output(_ index: Int) throws(RunError) -> PortPlace {
    guard index >= 0, index < outputCount else {
      throw .noOutput(index: index, count: outputCount)
    }
    return unsafe outputs[index]
  }
}

/// Elements of a caller's.
extension PortTable {
  /// Copies the elements of one input in.
  @_noAllocation @_noLocks
  func set(_ index: Int, _ values: Span<Float>, in context: Context) throws(RunError) {
    let place = try input(index, count: values.count)
    unsafe values.withUnsafeBufferPointer { values in
      if let from = values.baseAddress { unsafe place.set(context, from, values.count) }
    }
  }

  /// Copies the elements of one output out.
  @_noAllocation @_noLocks
  func copy(
    _ index: Int, into result: inout MutableSpan<Float>, of context: Context
  ) throws(RunError) {
    let place = try output(index, count: result.count)
    unsafe result.withUnsafeMutableBufferPointer { result in
      if let to = result.baseAddress { unsafe place.copy(context, to, result.count) }
    }
  }
}

extension PortPlace {
  @_noAllocation @_noLocks
  fileprivate func check(_ elements: Elements, _ index: Int) throws(RunError) {
    guard self.elements.isSame(as: elements) else {
      throw .portType(index: index, expected: self.elements.type)
    }
  }
}
