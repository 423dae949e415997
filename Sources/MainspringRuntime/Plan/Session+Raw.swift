// SPDX-License-Identifier: Apache-2.0

/// The integers of ports that have them, as they are: scale and zero point are in ``Port/type``.
extension Session {
  /// Copies the elements of an int8 input in; they stay until they are set again.
  ///
  /// - Throws: `RunError` when there is no such input, its elements are others, or the length
  ///   differs.
  @_noAllocation @_noLocks
  public mutating func setRawInput(_ index: Int, _ values: Span<Int8>) throws(RunError) {
    let place = try ports.input(index, .int8, count: values.count)
    let to = unsafe context.rawResult(place.operand.word).assumingMemoryBound(to: Int8.self)
    for position in values.indices { unsafe to[position] = values[unchecked: position] }
  }

  /// Copies the elements of an int16 input in; they stay until they are set again.
  ///
  /// - Throws: `RunError` as for int8.
  @_noAllocation @_noLocks
  public mutating func setRawInput(_ index: Int, _ values: Span<Int16>) throws(RunError) {
    let place = try ports.input(index, .int16, count: values.count)
    let to = unsafe context.rawResult(place.operand.word).assumingMemoryBound(to: Int16.self)
    for position in values.indices { unsafe to[position] = values[unchecked: position] }
  }

  /// Copies the elements of an int8 output of the last run out.
  ///
  /// - Throws: `RunError` when there is no such output, its elements are others, or the length
  ///   differs.
  @_noAllocation @_noLocks
  public func copyRawOutput(
    _ index: Int, into result: inout MutableSpan<Int8>
  ) throws(RunError) {
    let place = try ports.output(index, .int8, count: result.count)
    let from = unsafe context.rawOperand(place.operand).assumingMemoryBound(to: Int8.self)
    for position in result.indices { unsafe result[unchecked: position] = from[position] }
  }

  /// Copies the elements of an int16 output of the last run out.
  ///
  /// - Throws: `RunError` as for int8.
  @_noAllocation @_noLocks
  public func copyRawOutput(
    _ index: Int, into result: inout MutableSpan<Int16>
  ) throws(RunError) {
    let place = try ports.output(index, .int16, count: result.count)
    let from = unsafe context.rawOperand(place.operand).assumingMemoryBound(to: Int16.self)
    for position in result.indices { unsafe result[unchecked: position] = from[position] }
  }
}
