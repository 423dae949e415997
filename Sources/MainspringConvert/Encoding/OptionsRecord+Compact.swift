// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension OptionsRecord {
  /// A table of the schema without the fields that equal the schema's default.
  ///
  /// - Parameter fields: ascending by id; nil for a field whose default is not 0 and which has it.
  static func compact(_ table: UInt8, _ fields: Field?...) -> OptionsRecord {
    var kept: [Field] = []
    for field in fields {
      if let field, !field.value.isZero { kept.append(field) }
    }
    return OptionsRecord(table: table, fields: kept)
  }

  /// A table with nothing but the fused activation.
  static func activation(_ table: UInt8, _ activation: FusedActivation) -> OptionsRecord {
    .compact(table, Field(0, .byte(activation.code)))
  }

  /// The table of ADD or SUB.
  ///
  /// int16 are added by the general rule; the schema's default is an older one for powers of two.
  static func sum(_ table: UInt8, _ activation: FusedActivation, of type: ValueType)
    -> OptionsRecord
  {
    var options = OptionsRecord.activation(table, activation)
    if type.elementType == .int16 { options.fields.append(Field(1, .bool(false))) }
    return options
  }
}

extension OptionsRecord.Field {
  /// A dilation factor, whose default is 1.
  static func dilation(_ id: Int, _ factor: Int) -> OptionsRecord.Field? {
    factor == 1 ? nil : OptionsRecord.Field(id, .int(Int32(factor)))
  }
}

extension OptionsRecord.FieldValue {
  fileprivate var isZero: Bool {
    switch self {
    case .bool(let value): !value
    case .byte(let value): value == 0
    case .int(let value): value == 0
    // −0 is not the default.
    case .float(let value): value.bitPattern == 0
    case .ints(let values): values.isEmpty
    }
  }
}

extension FusedActivation {
  /// The schema's `ActivationFunctionType`.
  var code: Int8 {
    switch self {
    case .none: 0
    case .relu: 1
    case .reluN1To1: 2
    case .relu6: 3
    }
  }

  /// The operator that does the same by itself.
  var unary: Unary? {
    switch self {
    case .none: nil
    case .relu: Unary(.relu)
    case .reluN1To1: Unary(.reluN1To1)
    case .relu6: Unary(.relu6)
    }
  }
}

extension Padding {
  /// The schema's `Padding`.
  var code: Int8 { self == .same ? 0 : 1 }
}
