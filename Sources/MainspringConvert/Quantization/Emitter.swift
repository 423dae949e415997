// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Writes the quantized graph, node by node.
struct Emitter {
  let source: Graph
  private let ranges: Ranges
  private let plan: QuantizationPlan
  private let resolved: ResolvedPlan
  private let groups: ScaleGroups
  private var result = Graph()
  /// By value of the source: the value computed for it.
  private var home: [ValueID?]
  /// Conversions made so far, and constants.
  private var forms: [Form: ValueID] = [:]

  private struct Form: Hashable {
    let value: ValueID
    let type: ValueType
  }

  init(_ source: Graph, _ ranges: Ranges, _ plan: QuantizationPlan) {
    self.source = source
    self.ranges = ranges
    self.plan = plan
    resolved = ResolvedPlan(plan, source, ranges)
    groups = ScaleGroups(source, resolved, ranges)
    home = [ValueID?](repeating: nil, count: source.values.count)
    result.takeContract(of: source)
  }

  mutating func emit() throws(QuantizationError) -> QuantizedModel {
    for (index, input) in source.inputs.enumerated() where home[input] == nil {
      let type = try integerType(of: input, as: resolved.inputTypes[index])
      home[input] = result.addInput(
        name: source.values[input].name, shape: source.shape(of: input),
        elementType: type.elementType, quantization: type.quantization)
    }
    for (index, node) in source.nodes.enumerated() {
      try emit(node, resolved.precisions[index])
    }
    try emitOutputs()
    return QuantizedModel(
      source: source, graph: result, precisions: resolved.precisions, counterparts: home)
  }

  private mutating func emitOutputs() throws(QuantizationError) {
    for output in source.outputs {
      let isBoolean = source.values[output].elementType != .float32
      if plan.ports == .native || isBoolean || resolved.type(of: output) == .float32 {
        try addOutput(try computed(output))
      } else {
        let name = source.values[output].name
        let integers = try computed(output)
        result.rename(integers, to: name + "/integers")
        let floats = try form(output, .float32)
        result.rename(floats, to: name)
        try addOutput(floats)
      }
    }
  }

  private mutating func emit(_ node: Node, _ precision: NodePrecision) throws(QuantizationError) {
    let name = source.values[node.output].name
    switch precision {
    case .float32, .dynamic:
      var operands: [ValueID] = []
      for input in node.inputs { operands.append(try floatForm(input)) }
      guard precision == .dynamic else {
        home[node.output] = try add(node.operation, operands, name, nil)
        return
      }
      home[node.output] = try addDynamic(node, operands, name)
    case .int8, .int16:
      let elementType = precision.elementType
      let type = try integerType(of: node.output, as: elementType)
      var operands: [ValueID] = []
      for input in node.inputs {
        operands.append(try integerOperand(input, of: node, type, elementType))
      }
      let operation = try quantized(node, precision, name, operands, type)
      home[node.output] = try add(operation, operands, name, type)
    }
  }

  private func quantized(
    _ node: Node, _ precision: NodePrecision, _ name: String, _ operands: [ValueID],
    _ type: ValueType
  ) throws(QuantizationError) -> Operator {
    guard !node.operation.weights.isEmpty else { return node.operation }
    guard let scale = operands.first.flatMap({ result.values[$0].quantization?.scale }) else {
      throw .noRange(value: name)
    }
    var state: IntegerLSTMState?
    if case .lstm(let cell) = node.operation {
      guard let quantization = type.quantization,
        let cellScale = ranges.cellScale(of: node.output, clip: cell.cellClip)
      else { throw .noRange(value: name) }
      state = IntegerLSTMState(state: quantization, hidden: quantization, cellScale: cellScale)
    }
    return try node.operation.quantized(
      WeightContext(
        name: name, moments: ranges.moments[node.output], inputScale: scale,
        biasType: precision == .int16 ? .int64 : .int32, scalesUnits: plan.scalesDenseUnits,
        state: state, step: try integerStep(of: node, type)))
  }

  /// - Returns: nil for what has no steps.
  private func integerStep(of node: Node, _ type: ValueType) throws(QuantizationError)
    -> IntegerStep?
  {
    guard let cell = RecurrentCell(node.operation), let seen = ranges.steps[node.output] else {
      return nil
    }
    do throws(GraphError) {
      return try IntegerStep(of: cell, state: type, seen)
    } catch {
      throw .graph(error)
    }
  }

  private mutating func addDynamic(_ node: Node, _ operands: [ValueID], _ name: String)
    throws(QuantizationError) -> ValueID
  {
    let context = WeightContext(
      name: name, moments: ranges.moments[node.output], inputScale: nil, biasType: .float32,
      scalesUnits: plan.scalesDenseUnits, state: nil, step: nil)
    let input = source.shape(of: node.inputs[0])
    if case .convolution(let x) = node.operation, x.isProductOfRows(over: input) {
      return try emitRows(x, operands[0], input, name, context)
    }
    return try add(try node.operation.quantized(context), operands, name, nil)
  }

  /// An operand as the operator reads it: in its own scale, or in the result's.
  private mutating func integerOperand(
    _ input: ValueID, of node: Node, _ type: ValueType, _ elementType: ElementType
  ) throws(QuantizationError) -> ValueID {
    if node.operation.joinsScales { return try form(input, type) }
    guard let constant = source.values[input].constant else {
      return try form(input, try integerType(of: input, as: elementType))
    }
    guard let bounds = constant.bounds else {
      throw .weights(node: source.values[input].name, role: "constant", element: 0)
    }
    return try form(
      input, elementType == .int16 ? .int16(covering: bounds) : .int8(covering: bounds))
  }

  private mutating func floatForm(_ input: ValueID) throws(QuantizationError) -> ValueID {
    let value = source.values[input]
    if value.constant != nil || value.elementType == .bool { return try form(input, value.type) }
    return try form(input, .float32)
  }

  private func integerType(of value: ValueID, as elementType: ElementType)
    throws(QuantizationError) -> ValueType
  {
    guard elementType == .int8 || elementType == .int16 else {
      return source.values[value].type
    }
    guard let type = groups.type(of: value, as: elementType) else {
      throw .noRange(value: source.values[value].name)
    }
    return type
  }

  /// A value of the source as elements of a type, converted where it is computed as others.
  private mutating func form(_ value: ValueID, _ type: ValueType) throws(QuantizationError)
    -> ValueID
  {
    let key = Form(value: value, type: type)
    if let known = forms[key] { return known }
    let name = source.values[value].name
    let id: ValueID
    if let constant = source.values[value].constant {
      if type == source.values[value].type {
        id = result.addConstant(name: name, constant)
      } else {
        guard let quantized = constant.quantized(as: type) else {
          throw .weights(node: name, role: "constant", element: 0)
        }
        id = result.addConstant(name: name, quantized)
      }
    } else {
      let origin = try computed(value)
      if result.values[origin].type == type { return origin }
      id =
        type.elementType == .float32
        ? try add(.dequantize(Dequantize()), [origin], name + "/float", type)
        : try add(.quantize(Quantize()), [origin], name + "/\(type.elementType)", type)
    }
    forms[key] = id
    return id
  }

  private func computed(_ value: ValueID) throws(QuantizationError) -> ValueID {
    guard let id = home[value] else { throw .noRange(value: source.values[value].name) }
    return id
  }

  mutating func add(
    _ operation: Operator, _ operands: [ValueID], _ name: String, _ type: ValueType?
  ) throws(QuantizationError) -> ValueID {
    do throws(GraphError) {
      return try result.add(operation, to: operands, name: name, type: type)
    } catch {
      throw .graph(error)
    }
  }

  private mutating func addOutput(_ value: ValueID) throws(QuantizationError) {
    do throws(GraphError) { try result.addOutput(value) } catch { throw .graph(error) }
  }
}
