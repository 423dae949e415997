// SPDX-License-Identifier: Apache-2.0

/// An operator code of the TFLite schema (enumeration `BuiltinOperator`).
///
/// A number rather than an enum: files may carry codes newer than this list, and an unknown one
/// must be named in the error, not mapped to something else.
public struct BuiltinOperator: Hashable, Sendable {
  public let code: Int32

  public init(code: Int32) { self.code = code }

  public static let add = BuiltinOperator(code: 0)
  public static let averagePool2d = BuiltinOperator(code: 1)
  public static let concatenation = BuiltinOperator(code: 2)
  public static let conv2d = BuiltinOperator(code: 3)
  public static let depthwiseConv2d = BuiltinOperator(code: 4)
  public static let depthToSpace = BuiltinOperator(code: 5)
  public static let dequantize = BuiltinOperator(code: 6)
  public static let embeddingLookup = BuiltinOperator(code: 7)
  public static let floor = BuiltinOperator(code: 8)
  public static let fullyConnected = BuiltinOperator(code: 9)
  public static let hashtableLookup = BuiltinOperator(code: 10)
  public static let l2Normalization = BuiltinOperator(code: 11)
  public static let l2Pool2d = BuiltinOperator(code: 12)
  public static let localResponseNormalization = BuiltinOperator(code: 13)
  public static let logistic = BuiltinOperator(code: 14)
  public static let lshProjection = BuiltinOperator(code: 15)
  public static let lstm = BuiltinOperator(code: 16)
  public static let maxPool2d = BuiltinOperator(code: 17)
  public static let mul = BuiltinOperator(code: 18)
  public static let relu = BuiltinOperator(code: 19)
  public static let reluN1To1 = BuiltinOperator(code: 20)
  public static let relu6 = BuiltinOperator(code: 21)
  public static let reshape = BuiltinOperator(code: 22)
  public static let resizeBilinear = BuiltinOperator(code: 23)
  public static let rnn = BuiltinOperator(code: 24)
  public static let softmax = BuiltinOperator(code: 25)
  public static let spaceToDepth = BuiltinOperator(code: 26)
  public static let svdf = BuiltinOperator(code: 27)
  public static let tanh = BuiltinOperator(code: 28)
  public static let concatEmbeddings = BuiltinOperator(code: 29)
  public static let skipGram = BuiltinOperator(code: 30)
  public static let call = BuiltinOperator(code: 31)
  public static let custom = BuiltinOperator(code: 32)
  public static let embeddingLookupSparse = BuiltinOperator(code: 33)
  public static let pad = BuiltinOperator(code: 34)
  public static let unidirectionalSequenceRnn = BuiltinOperator(code: 35)
  public static let gather = BuiltinOperator(code: 36)
  public static let batchToSpaceNd = BuiltinOperator(code: 37)
  public static let spaceToBatchNd = BuiltinOperator(code: 38)
  public static let transpose = BuiltinOperator(code: 39)
  public static let mean = BuiltinOperator(code: 40)
  public static let sub = BuiltinOperator(code: 41)
  public static let div = BuiltinOperator(code: 42)
  public static let squeeze = BuiltinOperator(code: 43)
  public static let unidirectionalSequenceLstm = BuiltinOperator(code: 44)
  public static let stridedSlice = BuiltinOperator(code: 45)
  public static let bidirectionalSequenceRnn = BuiltinOperator(code: 46)
  public static let exp = BuiltinOperator(code: 47)
  public static let topkV2 = BuiltinOperator(code: 48)
  public static let split = BuiltinOperator(code: 49)
  public static let logSoftmax = BuiltinOperator(code: 50)
  public static let bidirectionalSequenceLstm = BuiltinOperator(code: 52)
  public static let cast = BuiltinOperator(code: 53)
  public static let prelu = BuiltinOperator(code: 54)
  public static let maximum = BuiltinOperator(code: 55)
  public static let argMax = BuiltinOperator(code: 56)
  public static let minimum = BuiltinOperator(code: 57)
  public static let less = BuiltinOperator(code: 58)
  public static let neg = BuiltinOperator(code: 59)
  public static let padv2 = BuiltinOperator(code: 60)
  public static let greater = BuiltinOperator(code: 61)
  public static let greaterEqual = BuiltinOperator(code: 62)
  public static let lessEqual = BuiltinOperator(code: 63)
  public static let select = BuiltinOperator(code: 64)
  public static let slice = BuiltinOperator(code: 65)
  public static let sin = BuiltinOperator(code: 66)
  public static let transposeConv = BuiltinOperator(code: 67)
  public static let sparseToDense = BuiltinOperator(code: 68)
  public static let tile = BuiltinOperator(code: 69)
  public static let expandDims = BuiltinOperator(code: 70)
  public static let equal = BuiltinOperator(code: 71)
  public static let notEqual = BuiltinOperator(code: 72)
  public static let log = BuiltinOperator(code: 73)
  public static let sum = BuiltinOperator(code: 74)
  public static let sqrt = BuiltinOperator(code: 75)
  public static let rsqrt = BuiltinOperator(code: 76)
  public static let shape = BuiltinOperator(code: 77)
  public static let pow = BuiltinOperator(code: 78)
  public static let argMin = BuiltinOperator(code: 79)
  public static let fakeQuant = BuiltinOperator(code: 80)
  public static let reduceProd = BuiltinOperator(code: 81)
  public static let reduceMax = BuiltinOperator(code: 82)
  public static let pack = BuiltinOperator(code: 83)
  public static let logicalOr = BuiltinOperator(code: 84)
  public static let oneHot = BuiltinOperator(code: 85)
  public static let logicalAnd = BuiltinOperator(code: 86)
  public static let logicalNot = BuiltinOperator(code: 87)
  public static let unpack = BuiltinOperator(code: 88)
  public static let reduceMin = BuiltinOperator(code: 89)
  public static let floorDiv = BuiltinOperator(code: 90)
  public static let reduceAny = BuiltinOperator(code: 91)
  public static let square = BuiltinOperator(code: 92)
  public static let zerosLike = BuiltinOperator(code: 93)
  public static let fill = BuiltinOperator(code: 94)
  public static let floorMod = BuiltinOperator(code: 95)
  public static let range = BuiltinOperator(code: 96)
  public static let resizeNearestNeighbor = BuiltinOperator(code: 97)
  public static let leakyRelu = BuiltinOperator(code: 98)
  public static let squaredDifference = BuiltinOperator(code: 99)
  public static let mirrorPad = BuiltinOperator(code: 100)
  public static let abs = BuiltinOperator(code: 101)
  public static let splitV = BuiltinOperator(code: 102)
  public static let unique = BuiltinOperator(code: 103)
  public static let ceil = BuiltinOperator(code: 104)
  public static let reverseV2 = BuiltinOperator(code: 105)
  public static let addN = BuiltinOperator(code: 106)
  public static let gatherNd = BuiltinOperator(code: 107)
  public static let cos = BuiltinOperator(code: 108)
  public static let `where` = BuiltinOperator(code: 109)
  public static let rank = BuiltinOperator(code: 110)
  public static let elu = BuiltinOperator(code: 111)
  public static let reverseSequence = BuiltinOperator(code: 112)
  public static let matrixDiag = BuiltinOperator(code: 113)
  public static let quantize = BuiltinOperator(code: 114)
  public static let matrixSetDiag = BuiltinOperator(code: 115)
  public static let round = BuiltinOperator(code: 116)
  public static let hardSwish = BuiltinOperator(code: 117)
  public static let `if` = BuiltinOperator(code: 118)
  public static let `while` = BuiltinOperator(code: 119)
  public static let nonMaxSuppressionV4 = BuiltinOperator(code: 120)
  public static let nonMaxSuppressionV5 = BuiltinOperator(code: 121)
  public static let scatterNd = BuiltinOperator(code: 122)
  public static let selectV2 = BuiltinOperator(code: 123)
  public static let densify = BuiltinOperator(code: 124)
  public static let segmentSum = BuiltinOperator(code: 125)
  public static let batchMatmul = BuiltinOperator(code: 126)
  public static let cumsum = BuiltinOperator(code: 128)
  public static let callOnce = BuiltinOperator(code: 129)
  public static let broadcastTo = BuiltinOperator(code: 130)
  public static let rfft2d = BuiltinOperator(code: 131)
  public static let conv3d = BuiltinOperator(code: 132)
  public static let imag = BuiltinOperator(code: 133)
  public static let real = BuiltinOperator(code: 134)
  public static let complexAbs = BuiltinOperator(code: 135)
  public static let hashtable = BuiltinOperator(code: 136)
  public static let hashtableFind = BuiltinOperator(code: 137)
  public static let hashtableImport = BuiltinOperator(code: 138)
  public static let hashtableSize = BuiltinOperator(code: 139)
  public static let reduceAll = BuiltinOperator(code: 140)
  public static let conv3dTranspose = BuiltinOperator(code: 141)
  public static let varHandle = BuiltinOperator(code: 142)
  public static let readVariable = BuiltinOperator(code: 143)
  public static let assignVariable = BuiltinOperator(code: 144)
  public static let broadcastArgs = BuiltinOperator(code: 145)
  public static let randomStandardNormal = BuiltinOperator(code: 146)
  public static let bucketize = BuiltinOperator(code: 147)
  public static let randomUniform = BuiltinOperator(code: 148)
  public static let multinomial = BuiltinOperator(code: 149)
  public static let gelu = BuiltinOperator(code: 150)
  public static let dynamicUpdateSlice = BuiltinOperator(code: 151)
  public static let relu0To1 = BuiltinOperator(code: 152)
  public static let unsortedSegmentProd = BuiltinOperator(code: 153)
  public static let unsortedSegmentMax = BuiltinOperator(code: 154)
  public static let unsortedSegmentSum = BuiltinOperator(code: 155)
  public static let atan2 = BuiltinOperator(code: 156)
  public static let unsortedSegmentMin = BuiltinOperator(code: 157)
  public static let sign = BuiltinOperator(code: 158)
  public static let bitcast = BuiltinOperator(code: 159)
  public static let bitwiseXor = BuiltinOperator(code: 160)
  public static let rightShift = BuiltinOperator(code: 161)
}

extension BuiltinOperator: CustomStringConvertible {
  /// The schema's name, or the bare number of a code this version does not know.
  public var description: String {
    switch code {
    case 0: "ADD"
    case 1: "AVERAGE_POOL_2D"
    case 2: "CONCATENATION"
    case 3: "CONV_2D"
    case 4: "DEPTHWISE_CONV_2D"
    case 5: "DEPTH_TO_SPACE"
    case 6: "DEQUANTIZE"
    case 7: "EMBEDDING_LOOKUP"
    case 8: "FLOOR"
    case 9: "FULLY_CONNECTED"
    case 10: "HASHTABLE_LOOKUP"
    case 11: "L2_NORMALIZATION"
    case 12: "L2_POOL_2D"
    case 13: "LOCAL_RESPONSE_NORMALIZATION"
    case 14: "LOGISTIC"
    case 15: "LSH_PROJECTION"
    case 16: "LSTM"
    case 17: "MAX_POOL_2D"
    case 18: "MUL"
    case 19: "RELU"
    case 20: "RELU_N1_TO_1"
    case 21: "RELU6"
    case 22: "RESHAPE"
    case 23: "RESIZE_BILINEAR"
    case 24: "RNN"
    case 25: "SOFTMAX"
    case 26: "SPACE_TO_DEPTH"
    case 27: "SVDF"
    case 28: "TANH"
    case 29: "CONCAT_EMBEDDINGS"
    case 30: "SKIP_GRAM"
    case 31: "CALL"
    case 32: "CUSTOM"
    case 33: "EMBEDDING_LOOKUP_SPARSE"
    case 34: "PAD"
    case 35: "UNIDIRECTIONAL_SEQUENCE_RNN"
    case 36: "GATHER"
    case 37: "BATCH_TO_SPACE_ND"
    case 38: "SPACE_TO_BATCH_ND"
    case 39: "TRANSPOSE"
    case 40: "MEAN"
    case 41: "SUB"
    case 42: "DIV"
    case 43: "SQUEEZE"
    case 44: "UNIDIRECTIONAL_SEQUENCE_LSTM"
    case 45: "STRIDED_SLICE"
    case 46: "BIDIRECTIONAL_SEQUENCE_RNN"
    case 47: "EXP"
    case 48: "TOPK_V2"
    case 49: "SPLIT"
    case 50: "LOG_SOFTMAX"
    case 52: "BIDIRECTIONAL_SEQUENCE_LSTM"
    case 53: "CAST"
    case 54: "PRELU"
    case 55: "MAXIMUM"
    case 56: "ARG_MAX"
    case 57: "MINIMUM"
    case 58: "LESS"
    case 59: "NEG"
    case 60: "PADV2"
    case 61: "GREATER"
    case 62: "GREATER_EQUAL"
    case 63: "LESS_EQUAL"
    case 64: "SELECT"
    case 65: "SLICE"
    case 66: "SIN"
    case 67: "TRANSPOSE_CONV"
    case 68: "SPARSE_TO_DENSE"
    case 69: "TILE"
    case 70: "EXPAND_DIMS"
    case 71: "EQUAL"
    case 72: "NOT_EQUAL"
    case 73: "LOG"
    case 74: "SUM"
    case 75: "SQRT"
    case 76: "RSQRT"
    case 77: "SHAPE"
    case 78: "POW"
    case 79: "ARG_MIN"
    case 80: "FAKE_QUANT"
    case 81: "REDUCE_PROD"
    case 82: "REDUCE_MAX"
    case 83: "PACK"
    case 84: "LOGICAL_OR"
    case 85: "ONE_HOT"
    case 86: "LOGICAL_AND"
    case 87: "LOGICAL_NOT"
    case 88: "UNPACK"
    case 89: "REDUCE_MIN"
    case 90: "FLOOR_DIV"
    case 91: "REDUCE_ANY"
    case 92: "SQUARE"
    case 93: "ZEROS_LIKE"
    case 94: "FILL"
    case 95: "FLOOR_MOD"
    case 96: "RANGE"
    case 97: "RESIZE_NEAREST_NEIGHBOR"
    case 98: "LEAKY_RELU"
    case 99: "SQUARED_DIFFERENCE"
    case 100: "MIRROR_PAD"
    case 101: "ABS"
    case 102: "SPLIT_V"
    case 103: "UNIQUE"
    case 104: "CEIL"
    case 105: "REVERSE_V2"
    case 106: "ADD_N"
    case 107: "GATHER_ND"
    case 108: "COS"
    case 109: "WHERE"
    case 110: "RANK"
    case 111: "ELU"
    case 112: "REVERSE_SEQUENCE"
    case 113: "MATRIX_DIAG"
    case 114: "QUANTIZE"
    case 115: "MATRIX_SET_DIAG"
    case 116: "ROUND"
    case 117: "HARD_SWISH"
    case 118: "IF"
    case 119: "WHILE"
    case 120: "NON_MAX_SUPPRESSION_V4"
    case 121: "NON_MAX_SUPPRESSION_V5"
    case 122: "SCATTER_ND"
    case 123: "SELECT_V2"
    case 124: "DENSIFY"
    case 125: "SEGMENT_SUM"
    case 126: "BATCH_MATMUL"
    case 128: "CUMSUM"
    case 129: "CALL_ONCE"
    case 130: "BROADCAST_TO"
    case 131: "RFFT2D"
    case 132: "CONV_3D"
    case 133: "IMAG"
    case 134: "REAL"
    case 135: "COMPLEX_ABS"
    case 136: "HASHTABLE"
    case 137: "HASHTABLE_FIND"
    case 138: "HASHTABLE_IMPORT"
    case 139: "HASHTABLE_SIZE"
    case 140: "REDUCE_ALL"
    case 141: "CONV_3D_TRANSPOSE"
    case 142: "VAR_HANDLE"
    case 143: "READ_VARIABLE"
    case 144: "ASSIGN_VARIABLE"
    case 145: "BROADCAST_ARGS"
    case 146: "RANDOM_STANDARD_NORMAL"
    case 147: "BUCKETIZE"
    case 148: "RANDOM_UNIFORM"
    case 149: "MULTINOMIAL"
    case 150: "GELU"
    case 151: "DYNAMIC_UPDATE_SLICE"
    case 152: "RELU_0_TO_1"
    case 153: "UNSORTED_SEGMENT_PROD"
    case 154: "UNSORTED_SEGMENT_MAX"
    case 155: "UNSORTED_SEGMENT_SUM"
    case 156: "ATAN2"
    case 157: "UNSORTED_SEGMENT_MIN"
    case 158: "SIGN"
    case 159: "BITCAST"
    case 160: "BITWISE_XOR"
    case 161: "RIGHT_SHIFT"
    default: "operator code \(code)"
    }
  }
}
