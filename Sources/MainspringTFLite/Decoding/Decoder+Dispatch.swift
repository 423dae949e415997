// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Decodes one operator by its code; versions say nothing that types do not.
  mutating func decode(_ call: Call) throws(TFLiteError) {
    try refuseForeignTypes(call)
    switch call.record.code {
    case .conv2d: try decodeConvolution(call)
    case .depthwiseConv2d: try decodeDepthwiseConvolution(call)
    case .transposeConv: try decodeTransposedConvolution(call)
    case .maxPool2d: try decodePool(.maximum, call)
    case .averagePool2d: try decodePool(.average, call)
    case .fullyConnected: try decodeFullyConnected(call)
    case .batchMatmul: try decodeBatchMatMul(call)
    case .softmax: try decodeSoftmax(call)
    case .logSoftmax: try decodeLogSoftmax(call)
    case .l2Normalization: try decodeL2Normalization(call)
    case .mean: try decodeReduce(.mean, call)
    case .sum: try decodeReduce(.sum, call)
    case .reduceMax: try decodeReduce(.maximum, call)
    case .reduceMin: try decodeReduce(.minimum, call)
    case .reduceProd: try decodeProduct(call)
    case .unidirectionalSequenceLstm: try decodeLSTM(call)
    case .unidirectionalSequenceRnn: try decodeSimpleRNN(call)
    case .while: try decodeWhile(call)
    case .if: try decodeIf(call)
    default:
      if try decodeElementwise(call) { return }
      if try decodeMovement(call) { return }
      throw refuse(call)
    }
  }

  private mutating func decodeElementwise(_ call: Call) throws(TFLiteError) -> Bool {
    switch call.record.code {
    case .relu: try decodeUnary(.relu, call)
    case .relu6: try decodeUnary(.relu6, call)
    case .reluN1To1: try decodeUnary(.reluN1To1, call)
    case .tanh: try decodeUnary(.tanh, call)
    case .logistic: try decodeUnary(.logistic, call)
    case .elu: try decodeUnary(.elu, call)
    case .exp: try decodeUnary(.exp, call, options: 33)
    case .log: try decodeUnary(.log, call)
    case .abs: try decodeUnary(.abs, call, options: 78)
    case .neg: try decodeUnary(.negate, call, options: 42)
    case .square: try decodeUnary(.square, call, options: 66)
    case .sqrt: try decodeUnary(.squareRoot, call)
    case .rsqrt: try decodeUnary(.reciprocalSquareRoot, call)
    case .hardSwish: try decodeUnary(.hardSwish, call, options: 91)
    case .gelu: try decodeUnary(.gelu(approximate: call.options.bool(0)), call, options: 116)
    case .leakyRelu: try decodeLeakyReLU(call)
    case .prelu: try decodeParametricReLU(call)
    case .add: try decodeBinary(.add, call, options: 11)
    case .sub: try decodeBinary(.subtract, call, options: 28)
    case .mul: try decodeBinary(.multiply, call, options: 21)
    case .div: try decodeBinary(.divide, call, options: 29)
    case .maximum: try decodeBinary(.maximum, call, options: 39)
    case .minimum: try decodeBinary(.minimum, call, options: 39)
    case .squaredDifference: try decodeBinary(.squaredDifference, call, options: 76)
    case .addN: try decodeSum(call)
    case .floorDiv: try decodeInteger(.floorDivide, call)
    case .floorMod: try decodeInteger(.floorModulo, call)
    case .less: try decodeCompare(.less, call)
    case .lessEqual: try decodeCompare(.lessOrEqual, call)
    case .greater: try decodeCompare(.greater, call)
    case .greaterEqual: try decodeCompare(.greaterOrEqual, call)
    case .equal: try decodeEquality(.equal, call)
    case .notEqual: try decodeEquality(.notEqual, call)
    case .select: try decodeSelect(call, broadcasts: false)
    case .selectV2: try decodeSelect(call, broadcasts: true)
    case .logicalAnd: try decodeLogical(.and, call)
    case .logicalOr: try decodeLogical(.or, call)
    case .logicalNot: try decodeLogical(.not, call)
    case .cast: try decodeCast(call)
    default: return false
    }
    return true
  }

  private mutating func decodeMovement(_ call: Call) throws(TFLiteError) -> Bool {
    switch call.record.code {
    case .reshape: try decodeReshape(call)
    case .expandDims: try decodeExpandDims(call)
    case .squeeze: try decodeSqueeze(call)
    case .transpose: try decodeTranspose(call)
    case .reverseV2: try decodeReverse(call)
    case .tile: try decodeTile(call)
    case .broadcastTo: try decodeBroadcast(call)
    case .quantize: try decodeQuantize(call)
    case .dequantize: try decodeDequantize(call)
    case .concatenation: try decodeConcatenation(call)
    case .pack: try decodePack(call)
    case .dynamicUpdateSlice: try decodeUpdateSlice(call)
    case .split: try decodeSplit(call)
    case .splitV: try decodeSplitV(call)
    case .unpack: try decodeUnpack(call)
    case .gather: try decodeGather(call)
    case .slice: try decodeSlice(call)
    case .stridedSlice: try decodeStridedSlice(call)
    case .pad, .padv2: try decodePad(call)
    case .mirrorPad: try decodeMirrorPad(call)
    case .spaceToBatchNd: try decodeSpaceToBatch(call)
    case .batchToSpaceNd: try decodeBatchToSpace(call)
    case .shape: try decodeShape(call)
    case .rank: try decodeRank(call)
    case .range: try decodeRange(call)
    case .fill: try decodeFill(call)
    case .zerosLike: try decodeZerosLike(call)
    default: return false
    }
    return true
  }

  /// Refuses elements nothing here computes with, at the first operator that touches them.
  ///
  /// Bytes without a sign are inputs and outputs of int8 models, behind a QUANTIZE; the graph has
  /// them as int8.
  private func refuseForeignTypes(_ call: Call) throws(TFLiteError) {
    for index in call.record.inputs + call.record.outputs where index != -1 {
      let tensor = model.subgraphs[call.subgraph].tensors[Int(index)]
      switch tensor.type {
      case .float32, .float16, .int8, .int16, .int32, .int64, .bool: continue
      case .uint8 where call.record.code == .quantize || call.record.code == .dequantize: continue
      default:
        let name = model.describe(tensor: Int(index), of: call.subgraph)
        throw .unsupported(place: place(call), what: "\(name) is \(tensor.type)\(tensor.type.hint)")
      }
    }
  }

  private func refuse(_ call: Call) -> TFLiteError {
    let code = call.record.code
    switch code {
    case .custom:
      let isFlex = call.record.customCode.utf8.starts(with: "Flex".utf8)
      return .unsupported(
        place: place(call),
        what: isFlex
          ? "an operator of TensorFlow itself; convert the model with built-in operators only"
          : "custom operators are not supported")
    case .varHandle, .readVariable, .assignVariable, .callOnce:
      return .unsupported(
        place: place(call), what: "the model's variables were not frozen when it was converted")
    default:
      return .unsupported(place: place(call), what: "this operator is not supported")
    }
  }
}

extension TensorType {
  /// Why a tensor of this type is refused.
  var hint: String {
    self == .uint8
      ? ", the quantization of TensorFlow 1; convert the model to int8 instead"
      : "; only floats, int8 and int16 are supported"
  }
}
