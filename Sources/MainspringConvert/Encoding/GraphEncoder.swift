// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Writes graphs into the subgraphs of one model: tensors, constants and operators.
///
/// Operators are encoded into the subgraph that was opened last. Constants with the same bytes
/// share one buffer of the model.
struct GraphEncoder {
  let options: EncodingOptions
  var model = TFLiteModel()
  private var frames: [Frame] = []
  private var buffers: [ElementsKey: Int] = [:]
  private var buffersByContent: [[UInt8]: Int] = [:]

  init(options: EncodingOptions) { self.options = options }

  /// A subgraph under construction.
  private struct Frame {
    struct ConstantKey: Hashable {
      let buffer: Int
      let shape: [Int32]
      let type: TensorType
      let quantization: Quantization?
    }

    var record = TFLiteModel.Subgraph()
    /// DEQUANTIZE operators: they run before everything else.
    var widenings: [TFLiteModel.OperatorRecord] = []
    var constants: [ConstantKey: Int32] = [:]
    /// Tensor of halves → the same as floats.
    var widened: [Int32: Int32] = [:]
  }

  private var frame: Frame {
    get { frames[frames.count - 1] }
    _modify { yield &frames[frames.count - 1] }
  }
}

// MARK: - Subgraphs

extension GraphEncoder {
  /// Everything encoded from here to ``closeSubgraph(outputs:)`` goes into a subgraph of its own.
  mutating func openSubgraph(name: String) {
    frames.append(Frame())
    frame.record.name = name
  }

  /// A tensor the subgraph is given; in order.
  mutating func addInput(name: String, extents: [Int], type: ValueType) -> Int32 {
    let tensor = addTensor(name: name, extents: extents, type: type)
    frame.record.inputs.append(tensor)
    return tensor
  }

  /// A tensor the subgraph is given for an input of a graph.
  mutating func addInput(for value: Value) -> Int32 {
    let tensor = addTensor(for: value)
    frame.record.inputs.append(tensor)
    return tensor
  }

  mutating func closeSubgraph(outputs: [Int32]) -> TFLiteModel.Subgraph {
    var closed = frames.removeLast()
    closed.record.outputs = outputs
    closed.record.operators = closed.widenings + closed.record.operators
    return closed.record
  }

  /// Closes the subgraph and adds it to the model.
  ///
  /// - Returns: its index.
  mutating func addSubgraph(outputs: [Int32]) -> Int32 {
    model.subgraphs.append(closeSubgraph(outputs: outputs))
    return Int32(model.subgraphs.count - 1)
  }
}

// MARK: - Tensors

extension GraphEncoder {
  /// A tensor an operator writes.
  mutating func addTensor(
    name: String, extents: [Int], type: TensorType = .float32, isVariable: Bool = false
  ) -> Int32 {
    var record = TFLiteModel.TensorRecord(
      name: name, shape: extents.map { Int32($0) }, type: type)
    record.isVariable = isVariable
    return add(record)
  }

  /// A tensor of integers or floats an operator writes.
  mutating func addTensor(
    name: String, extents: [Int], type: ValueType, isVariable: Bool = false
  ) -> Int32 {
    let tensor = addTensor(
      name: name, extents: extents, type: TensorType(storing: type.elementType),
      isVariable: isVariable)
    frame.record.tensors[Int(tensor)].quantization = type.quantization.map {
      TFLiteModel.QuantizationRecord(storing: $0)
    }
    return tensor
  }

  private mutating func add(_ record: TFLiteModel.TensorRecord) -> Int32 {
    frame.record.tensors.append(record)
    return Int32(frame.record.tensors.count - 1)
  }

  /// A tensor for a value of a graph.
  mutating func addTensor(for value: Value) -> Int32 {
    addTensor(name: value.name, extents: value.shape.extents, type: value.type)
  }

  mutating func emit(
    _ code: BuiltinOperator, version: Int32 = 1, _ inputs: [Int32], to outputs: [Int32],
    _ options: OptionsRecord = .none, intermediates: [Int32] = []
  ) {
    var record = TFLiteModel.OperatorRecord(
      code: code, version: version, inputs: inputs, outputs: outputs, options: options)
    record.intermediates = intermediates
    frame.record.operators.append(record)
  }
}

// MARK: - Constants

extension GraphEncoder {
  /// A weight as floats, halves widened; one tensor for all uses in the subgraph.
  mutating func weights(_ tensor: Tensor, name: String) throws(ConvertError) -> Int32 {
    try constant(tensor, name: name, isShared: true)
  }

  /// A constant operand of a graph: like a weight, but a tensor of its own.
  mutating func operand(_ tensor: Tensor, name: String) throws(ConvertError) -> Int32 {
    try constant(tensor, name: name, isShared: false)
  }

  /// int32 settings of an operator, as a vector.
  mutating func integers(_ values: [Int], name: String) -> Int32 {
    integers(values, extents: [values.count], name: name)
  }

  mutating func integers(_ values: [Int], extents: [Int], name: String) -> Int32 {
    store(.int32(values.map { Int32($0) }), extents: extents, name: name)
  }

  /// A float that is a setting rather than a weight and so never loses precision.
  mutating func floats(_ values: [Float], extents: [Int], name: String) -> Int32 {
    store(.float32(values), extents: extents, name: name)
  }

  /// A single number of a type, as the integer or float that stands for it.
  mutating func scalar(_ elements: Tensor.Elements, _ quantization: Quantization?, name: String)
    -> Int32
  {
    store(elements, extents: [], name: name, quantization: quantization)
  }

  private mutating func constant(_ tensor: Tensor, name: String, isShared: Bool)
    throws(ConvertError) -> Int32
  {
    guard tensor.shape.elementCount > 0 else { throw .empty(name: name, shape: tensor.shape) }
    let stored = store(
      tensor.elements, extents: tensor.shape.extents, name: name, isShared: isShared,
      quantization: tensor.quantization)
    return tensor.elementType == .float16 ? widen(stored, name: name) : stored
  }

  private mutating func store(
    _ elements: Tensor.Elements, extents: [Int], name: String, isShared: Bool = true,
    quantization: Quantization? = nil
  ) -> Int32 {
    let buffer = self.buffer(ElementsKey(elements: elements))
    let type = TensorType(storing: elements.elementType)
    let shape = extents.map { Int32($0) }
    let key = Frame.ConstantKey(
      buffer: buffer, shape: shape, type: type, quantization: quantization)
    if isShared, let known = frame.constants[key] { return known }
    var record = TFLiteModel.TensorRecord(name: name, shape: shape, type: type)
    record.buffer = buffer
    record.quantization = quantization.map { TFLiteModel.QuantizationRecord(storing: $0) }
    let tensor = add(record)
    if isShared { frame.constants[key] = tensor }
    return tensor
  }

  private mutating func buffer(_ key: ElementsKey) -> Int {
    if let known = buffers[key] { return known }
    let bytes = key.elements.bytes
    // Another type may have the same bytes: zeros do.
    let index = buffersByContent[bytes] ?? model.buffers.count
    if index == model.buffers.count { model.buffers.append(bytes) }
    buffersByContent[bytes] = index
    buffers[key] = index
    return index
  }

  private mutating func widen(_ halves: Int32, name: String) -> Int32 {
    if let known = frame.widened[halves] { return known }
    let source = frame.record.tensors[Int(halves)]
    let floats = add(TFLiteModel.TensorRecord(name: name, shape: source.shape, type: .float32))
    frame.record.tensors[Int(halves)].name = "\(name)/f16"
    frame.widenings.append(
      TFLiteModel.OperatorRecord(
        code: .dequantize, version: 3, inputs: [halves], outputs: [floats]))
    frame.widened[halves] = floats
    return floats
  }
}
