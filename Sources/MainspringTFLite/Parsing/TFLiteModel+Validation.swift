// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension TFLiteModel {
  /// Checks every index and every tensor by itself.
  ///
  /// - Throws: `TFLiteError.invalid` naming the place.
  /// - Complexity: O(model).
  func validate() throws(TFLiteError) {
    guard !subgraphs.isEmpty else {
      throw .invalid(place: "model", expected: "a subgraph", found: "none")
    }
    if let first = buffers.first, !first.isEmpty {
      throw .invalid(place: "buffer 0", expected: "no data", found: "\(first.count) bytes")
    }
    for index in subgraphs.indices { try validate(subgraph: index) }
    for entry in metadata {
      try require(entry.buffer, below: buffers.count, "buffer", "metadata \(entry.name.quoted)")
    }
    for signature in signatures {
      let place = "signature \(signature.key.quoted)"
      try require(signature.subgraph, below: subgraphs.count, "subgraph", place)
      let count = subgraphs[signature.subgraph].tensors.count
      for entry in signature.inputs + signature.outputs {
        try require(entry.tensor, below: count, "tensor", place)
      }
    }
  }

  private func validate(subgraph index: Int) throws(TFLiteError) {
    let subgraph = subgraphs[index]
    let count = subgraph.tensors.count
    for tensor in subgraph.inputs + subgraph.outputs {
      try require(Int(tensor), below: count, "tensor", describe(subgraph: index))
    }
    for (number, record) in subgraph.operators.enumerated() {
      for tensor in record.inputs where tensor != -1 {
        try require(Int(tensor), below: count, "tensor", describe(operator: number, of: index))
      }
      for tensor in record.intermediates where tensor != -1 {
        try require(Int(tensor), below: count, "tensor", describe(operator: number, of: index))
      }
      for tensor in record.outputs {
        try require(Int(tensor), below: count, "tensor", describe(operator: number, of: index))
      }
    }
    for (number, tensor) in subgraph.tensors.enumerated() {
      try require(
        tensor.buffer, below: max(buffers.count, 1), "buffer", describe(tensor: number, of: index))
      try validate(tensor, { self.describe(tensor: number, of: index) })
    }
  }

  private func validate(_ tensor: TensorRecord, _ place: () -> String) throws(TFLiteError) {
    guard tensor.shape.count <= Shape.maximumRank else {
      throw .invalid(
        place: place(), expected: "at most \(Shape.maximumRank) axes",
        found: "\(tensor.shape.count)")
    }
    var elementCount = 1
    for extent in tensor.shape {
      let (product, overflow) = elementCount.multipliedReportingOverflow(by: Int(extent))
      guard extent >= 0, !overflow else {
        throw .invalid(
          place: place(), expected: "extents of at least 0 and a size that can be counted",
          found: "\(tensor.shape)")
      }
      elementCount = product
    }
    guard tensor.shapeSignature.isEmpty || tensor.shapeSignature.count == tensor.shape.count else {
      throw .invalid(
        place: place(), expected: "a signature of rank \(tensor.shape.count)",
        found: "rank \(tensor.shapeSignature.count)")
    }
    let byteCount = buffers.isEmpty ? 0 : buffers[tensor.buffer].count
    if byteCount > 0, let bits = tensor.type.bitCount {
      let (total, overflow) = elementCount.multipliedReportingOverflow(by: bits)
      guard !overflow, total / 8 + (total % 8 == 0 ? 0 : 1) == byteCount else {
        throw .invalid(
          place: place(), expected: "data for \(elementCount) elements of \(tensor.type)",
          found: "\(byteCount) bytes")
      }
      guard !tensor.isVariable else {
        throw .invalid(place: place(), expected: "a variable without data", found: "data")
      }
    }
    try tensor.quantization?.validate(tensor, place)
  }

  private func require(
    _ index: Int, below count: Int, _ what: String, _ place: @autoclosure () -> String
  ) throws(TFLiteError) {
    guard index >= 0, index < count else {
      throw .invalid(place: place(), expected: "a \(what) below \(count)", found: "\(index)")
    }
  }
}

extension TFLiteModel {
  func describe(subgraph index: Int) -> String {
    "subgraph \(index) \(subgraphs[index].name.quoted)"
  }

  func describe(operator number: Int, of subgraph: Int) -> String {
    let record = subgraphs[subgraph].operators[number]
    let name = record.code == .custom ? "custom \(record.customCode.quoted)" : "\(record.code)"
    return (subgraph == 0 ? "" : describe(subgraph: subgraph) + ", ")
      + "operator \(number) (\(name))"
  }

  func describe(tensor number: Int, of subgraph: Int) -> String {
    (subgraph == 0 ? "" : describe(subgraph: subgraph) + ", ")
      + "tensor \(number) \(subgraphs[subgraph].tensors[number].name.quoted)"
  }
}

extension TFLiteModel.QuantizationRecord {
  func validate(_ tensor: TFLiteModel.TensorRecord, _ place: () -> String) throws(TFLiteError) {
    guard scales.count == zeroPoints.count else {
      throw .invalid(
        place: place(), expected: "\(scales.count) zero points", found: "\(zeroPoints.count)")
    }
    if scales.count > 1 {
      let axis = Int(axis)
      guard axis >= 0, axis < tensor.shape.count, Int(tensor.shape[axis]) == scales.count else {
        throw .invalid(
          place: place(), expected: "one scale, or one for each index of axis \(axis)",
          found: "\(scales.count) for shape \(tensor.shape)")
      }
    }
    guard let range = tensor.type.zeroPointRange else { return }
    for index in scales.indices {
      guard scales[index].isFinite, scales[index] > 0 else {
        throw .invalid(
          place: place(), expected: "scales above 0", found: "another one at index \(index)")
      }
      guard range.contains(zeroPoints[index]) else {
        throw .invalid(
          place: place(), expected: "zero points inside \(tensor.type)",
          found: "\(zeroPoints[index])")
      }
    }
  }
}

extension TensorType {
  /// Bits of one element; nil for types without a fixed size.
  var bitCount: Int? {
    switch code {
    case 0, 2, 15: 32
    case 1, 7, 16, 18: 16
    case 3, 6, 9, 21, 22: 8
    case 4, 8, 10, 12: 64
    case 11: 128
    case 17, 20: 4
    case 19: 2
    default: nil
    }
  }

  /// What a zero point may be; nil for types that are not quantized.
  var zeroPointRange: ClosedRange<Int64>? {
    switch code {
    case 3: 0...255
    case 9: -128...127
    case 7: -32768...32767
    case 16: 0...65535
    case 2: -0x8000_0000...0x7fff_ffff
    case 4: Int64.min...Int64.max
    case 17: -8...7
    case 19: -2...1
    case 20: 0...15
    default: nil
    }
  }
}
