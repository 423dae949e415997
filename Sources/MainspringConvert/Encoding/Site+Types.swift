// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Site {
  /// Checks that operands and result are of types a kernel exists for.
  ///
  /// Integers have one scale; operators that copy or compare them do not change it; softmax and its
  /// like give what their kernels give.
  ///
  /// - Throws: ``ConvertError`` naming the operator.
  func requireTypes(of operation: Operator) throws(ConvertError) {
    for type in inputTypes + [outputType] { try requireOneScale(type, operation) }
    switch operation {
    case .quantize:
      guard outputType.isInteger else {
        throw unsupported(operation.name, "gives \(outputType.elementType), no integers")
      }
      return
    case .dequantize:
      guard inputTypes[0].isInteger, outputType == .float32 else {
        throw unsupported(operation.name, "takes integers and gives floats")
      }
      return
    default: break
    }
    var operands = inputTypes
    if case .select = operation { operands.removeFirst() }
    if case .compare = operation {
    } else {
      operands.append(outputType)
    }
    guard operands.contains(where: { $0.isInteger }) else { return }
    for operand in operands where operand.elementType != operands[0].elementType {
      throw unsupported(
        operation.name, "cannot mix \(operands[0].elementType) and \(operand.elementType)")
    }
    if operation.copiesIntegers {
      for operand in operands where operand != outputType {
        throw unsupported(operation.name, "cannot give integers another scale")
      }
    }
    guard operation.accepts(result: outputType) else {
      throw unsupported(operation.name, "gives integers of another scale in stock runtimes")
    }
  }

  private func requireOneScale(_ type: ValueType, _ operation: Operator) throws(ConvertError) {
    guard type.isInteger else { return }
    guard type.hasOneScale else {
      throw unsupported(
        operation.name, "needs \(type.elementType) with one scale above 0 and a zero point inside")
    }
  }
}

extension ValueType {
  /// Integers that stand for numbers.
  var isInteger: Bool { elementType == .int8 || elementType == .int16 }

  /// Finite and above 0, with a zero point inside the type; int16 is around zero.
  var hasOneScale: Bool {
    guard let scale = quantization?.scale, let zeroPoint = quantization?.zeroPoint else {
      return false
    }
    let zeroPoints: ClosedRange<Int64> = elementType == .int8 ? -128...127 : 0...0
    return scale.isFinite && scale > 0 && zeroPoints.contains(zeroPoint)
  }
}

extension Tensor {
  var type: ValueType { ValueType(elementType, quantization) }
}

extension Operator {
  /// The kernel copies or compares integers as they are. A reshape may change what they stand for.
  fileprivate var copiesIntegers: Bool {
    switch self {
    case .transpose, .slice, .concatenate, .pad, .tile, .reverse, .select, .pool: true
    case .binary(let x): x.function == .maximum || x.function == .minimum
    case .reduce(let x): x.kind == .maximum || x.kind == .minimum
    default: false
    }
  }
}
