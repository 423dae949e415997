// SPDX-License-Identifier: Apache-2.0

public import MainspringTFLite

extension TFLiteModel {
  /// The model as the bytes of a file (TFLite schema version 3, identifier `TFL3`).
  ///
  /// Constants lie behind everything else, each at a multiple of 16 bytes, and associated files as
  /// a zip archive behind those. The same model always gives the same bytes.
  ///
  /// - Throws: ``ConvertError/fileTooLarge`` or ``ConvertError/outOfMemory``.
  /// - Complexity: O(bytes).
  public func serialized() throws(ConvertError) -> [UInt8] {
    var writer = try ModelWriter()
    let root = writer.write(self)
    var bytes = try writer.builder.finish(root: root, identifier: "TFL3")
    ZipWriter.append(associatedFiles, to: &bytes)
    return bytes
  }
}

/// Field numbers are those of the TFLite schema.
private struct ModelWriter: ~Copyable {
  typealias Offset = FlatBufferBuilder.Offset

  var builder: FlatBufferBuilder
  private var codes = OperatorCodeTable()
  /// Shapes and operand lists repeat; each is written once.
  private var sharedVectors: [[Int32]: Offset] = [:]
  /// So do scales: whole tables of tensors on one scale, and zero points of weights.
  private var quantizations: [TFLiteModel.QuantizationRecord: Offset] = [:]
  private var scaleVectors: [[Float]: Offset] = [:]
  private var zeroPointVectors: [[Int64]: Offset] = [:]

  init() throws(ConvertError) { builder = try FlatBufferBuilder() }

  mutating func write(_ model: TFLiteModel) -> Offset {
    // Built first, so last in the file: the constants.
    var buffers: [Offset] = []
    for bytes in model.buffers { buffers.append(buffer(bytes)) }
    let bufferVector = builder.vector(buffers)

    var subgraphs: [Offset] = []
    for subgraph in model.subgraphs { subgraphs.append(self.subgraph(subgraph)) }
    let subgraphVector = builder.vector(subgraphs)
    var metadata: [Offset] = []
    for entry in model.metadata { metadata.append(self.metadata(entry)) }
    let metadataVector = metadata.isEmpty ? nil : builder.vector(metadata)
    var signatures: [Offset] = []
    for entry in model.signatures { signatures.append(signature(entry)) }
    let signatureVector = signatures.isEmpty ? nil : builder.vector(signatures)
    let description = model.description.isEmpty ? nil : builder.string(model.description)
    var codes: [Offset] = []
    for code in self.codes.entries { codes.append(operatorCode(code)) }
    let codeVector = builder.vector(codes)

    builder.startTable()
    builder.add(0, UInt32(3))
    builder.add(1, codeVector)
    builder.add(2, subgraphVector)
    builder.add(3, description)
    builder.add(4, bufferVector)
    builder.add(6, metadataVector)
    builder.add(7, signatureVector)
    return builder.endTable()
  }

  private mutating func buffer(_ bytes: [UInt8]) -> Offset {
    let data = bytes.isEmpty ? nil : builder.vector(bytes, alignment: 16)
    builder.startTable()
    builder.add(0, data)
    return builder.endTable()
  }

  private mutating func operatorCode(_ code: OperatorCodeTable.Entry) -> Offset {
    let customCode = code.customCode.isEmpty ? nil : builder.string(code.customCode)
    builder.startTable()
    // Readers older than builtin_code look at the byte; 127 says "not here".
    let byte = Int8(clamping: code.code.code)
    if byte != 0 { builder.add(0, byte) }
    builder.add(1, customCode)
    if code.version != 1 { builder.add(2, code.version) }
    if code.code.code != 0 { builder.add(3, code.code.code) }
    return builder.endTable()
  }

  private mutating func subgraph(_ subgraph: TFLiteModel.Subgraph) -> Offset {
    var tensors: [Offset] = []
    for tensor in subgraph.tensors { tensors.append(self.tensor(tensor)) }
    let tensorVector = builder.vector(tensors)
    var operators: [Offset] = []
    for record in subgraph.operators { operators.append(self.operator(record)) }
    let operatorVector = builder.vector(operators)
    let inputs = shared(subgraph.inputs)
    let outputs = shared(subgraph.outputs)
    let name = subgraph.name.isEmpty ? nil : builder.string(subgraph.name)
    builder.startTable()
    builder.add(0, tensorVector)
    builder.add(1, inputs)
    builder.add(2, outputs)
    builder.add(3, operatorVector)
    builder.add(4, name)
    return builder.endTable()
  }

  private mutating func tensor(_ tensor: TFLiteModel.TensorRecord) -> Offset {
    let shape = tensor.shape.isEmpty ? nil : shared(tensor.shape)
    let signature = tensor.shapeSignature.isEmpty ? nil : shared(tensor.shapeSignature)
    let name = tensor.name.isEmpty ? nil : builder.string(tensor.name)
    let quantization = tensor.quantization.map { self.quantization($0) }
    builder.startTable()
    builder.add(0, shape)
    if tensor.type != .float32 { builder.add(1, tensor.type.code) }
    if tensor.buffer != 0 { builder.add(2, UInt32(tensor.buffer)) }
    builder.add(3, name)
    builder.add(4, quantization)
    if tensor.isVariable { builder.add(5, true) }
    builder.add(7, signature)
    return builder.endTable()
  }

  private mutating func quantization(_ record: TFLiteModel.QuantizationRecord) -> Offset {
    if let known = quantizations[record] { return known }
    let scales = scaleVectors[record.scales] ?? builder.vector(record.scales)
    scaleVectors[record.scales] = scales
    let zeroPoints = zeroPointVectors[record.zeroPoints] ?? builder.vector(record.zeroPoints)
    zeroPointVectors[record.zeroPoints] = zeroPoints
    builder.startTable()
    builder.add(2, scales)
    builder.add(3, zeroPoints)
    if record.axis != 0 { builder.add(6, record.axis) }
    let table = builder.endTable()
    quantizations[record] = table
    return table
  }

  private mutating func `operator`(_ record: TFLiteModel.OperatorRecord) -> Offset {
    let code = codes.index(of: record)
    let inputs = shared(record.inputs)
    let outputs = shared(record.outputs)
    let intermediates = record.intermediates.isEmpty ? nil : shared(record.intermediates)
    let options = record.options.table == 0 ? nil : self.options(record.options)
    builder.startTable()
    if code != 0 { builder.add(0, UInt32(code)) }
    builder.add(1, inputs)
    builder.add(2, outputs)
    if record.options.table != 0 { builder.add(3, record.options.table) }
    builder.add(4, options)
    builder.add(8, intermediates)
    return builder.endTable()
  }

  private mutating func options(_ record: OptionsRecord) -> Offset {
    var vectors: [Int: Offset] = [:]
    for field in record.fields {
      if case .ints(let values) = field.value { vectors[field.id] = shared(values) }
    }
    builder.startTable()
    for field in record.fields {
      switch field.value {
      case .bool(let value): builder.add(field.id, value)
      case .byte(let value): builder.add(field.id, value)
      case .int(let value): builder.add(field.id, value)
      case .float(let value): builder.add(field.id, value)
      case .ints: builder.add(field.id, vectors[field.id])
      }
    }
    return builder.endTable()
  }

  private mutating func metadata(_ entry: TFLiteModel.Metadata) -> Offset {
    let name = builder.string(entry.name)
    builder.startTable()
    builder.add(0, name)
    if entry.buffer != 0 { builder.add(1, UInt32(entry.buffer)) }
    return builder.endTable()
  }

  private mutating func signature(_ signature: TFLiteModel.Signature) -> Offset {
    let inputs = tensorMaps(signature.inputs)
    let outputs = tensorMaps(signature.outputs)
    let key = builder.string(signature.key)
    builder.startTable()
    builder.add(0, inputs)
    builder.add(1, outputs)
    builder.add(2, key)
    if signature.subgraph != 0 { builder.add(4, UInt32(signature.subgraph)) }
    return builder.endTable()
  }

  private mutating func tensorMaps(_ entries: [TFLiteModel.Signature.Entry]) -> Offset {
    var maps: [Offset] = []
    for entry in entries {
      let name = builder.string(entry.name)
      builder.startTable()
      builder.add(0, name)
      if entry.tensor != 0 { builder.add(1, UInt32(entry.tensor)) }
      maps.append(builder.endTable())
    }
    return builder.vector(maps)
  }

  private mutating func shared(_ values: [Int32]) -> Offset {
    if let known = sharedVectors[values] { return known }
    let offset = builder.vector(values)
    sharedVectors[values] = offset
    return offset
  }
}

/// One entry for each (code, version), in order of first use.
private struct OperatorCodeTable {
  struct Entry: Hashable {
    let code: BuiltinOperator
    let version: Int32
    let customCode: String
  }

  private(set) var entries: [Entry] = []
  private var indices: [Entry: Int] = [:]

  mutating func index(of record: TFLiteModel.OperatorRecord) -> Int {
    let entry = Entry(code: record.code, version: record.version, customCode: record.customCode)
    if let known = indices[entry] { return known }
    entries.append(entry)
    indices[entry] = entries.count - 1
    return entries.count - 1
  }
}
