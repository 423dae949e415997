// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Executes a model on what is known at load time and appends the rest to a graph.
struct Decoder {
  /// One execution of a subgraph.
  struct Frame {
    let subgraph: Int
    var slots: [Known?]
  }

  let model: TFLiteModel
  var graph = Graph()
  var budget: WorkBudget
  var frames: [Frame] = []
  /// Constants of every subgraph, made when first used; loop bodies share them.
  var constants: [[Constant?]]
  /// Tensors, operators and operands of each subgraph: what going through it once costs.
  let sizes: [Int]
  /// Tensors of the model.
  let tensorCount: Int

  init(_ model: TFLiteModel) {
    self.model = model
    sizes = model.subgraphs.map { $0.size }
    tensorCount = model.subgraphs.reduce(0) { $0 + $1.tensors.count }
    let byteCount = model.buffers.reduce(0) { $0 + $1.count }
    budget = WorkBudget(byteCount: sizes.reduce(byteCount, +))
    constants = model.subgraphs.map { [Constant?](repeating: nil, count: $0.tensors.count) }
  }

  mutating func decode() throws(TFLiteError) -> Graph {
    let main = model.subgraphs[0]
    var arguments: [Known] = []
    for input in main.inputs { arguments.append(.value(try addInput(Int(input)))) }
    let results = try execute(subgraph: 0, arguments)
    for (index, result) in results.enumerated() {
      let tensor = Int(main.outputs[index])
      let site = Site.tensor(tensor, of: 0)
      let value = try materialise(result, site)
      switch graph.values[value].elementType {
      case .float32, .int8, .int16: break
      case let type: throw .unsupported(place: place(site), what: "an output of type \(type)")
      }
      try declareOutput(value, site)
    }
    return graph
  }

  mutating func declareOutput(_ value: ValueID, _ site: Site) throws(TFLiteError) {
    do throws(GraphError) {
      try graph.addOutput(value)
    } catch {
      throw .invalid(
        place: place(site), expected: "an output", found: "\(error)".escaped(limit: 200))
    }
  }

  /// Declares an input of the model; a dynamic batch becomes 1.
  private mutating func addInput(_ index: Int) throws(TFLiteError) -> ValueID {
    let tensor = model.subgraphs[0].tensors[index]
    let site = Site.tensor(index, of: 0)
    let type: ValueType
    switch tensor.type {
    case .float32, .int8, .uint8, .int16: type = try self.type(ofTensor: index, of: 0, site)
    default:
      throw .unsupported(
        place: place(site), what: "an input of type \(tensor.type)\(tensor.type.hint)")
    }
    for (axis, extent) in tensor.shapeSignature.enumerated() where extent < 0 && axis > 0 {
      throw .unsupported(
        place: place(site), what: "axis \(axis) has no fixed extent; only the batch may vary")
    }
    return graph.addInput(
      name: tensor.name, shape: try shape(tensor.shape, site), elementType: type.elementType,
      quantization: type.quantization)
  }

  /// Runs a subgraph.
  ///
  /// - Returns: what is known about its outputs.
  mutating func execute(subgraph index: Int, _ arguments: [Known]) throws(TFLiteError) -> [Known] {
    let subgraph = model.subgraphs[index]
    guard frames.count < WorkBudget.maximumDepth else {
      throw .limit(
        place: model.describe(subgraph: index), what: "nested subgraphs",
        maximum: WorkBudget.maximumDepth)
    }
    guard arguments.count == subgraph.inputs.count else {
      throw .invalid(
        place: model.describe(subgraph: index), expected: "\(arguments.count) inputs",
        found: "\(subgraph.inputs.count)")
    }
    try spend(sizes[index], .subgraph(index))
    frames.append(
      Frame(subgraph: index, slots: [Known?](repeating: nil, count: subgraph.tensors.count)))
    for (number, argument) in arguments.enumerated() {
      let tensor = Int(subgraph.inputs[number])
      let known = try fitted(argument, to: tensor, .tensor(tensor, of: index))
      frames[frames.count - 1].slots[tensor] = known
    }
    for number in subgraph.operators.indices {
      let call = Call(record: subgraph.operators[number], subgraph: index, number: number)
      try decode(call)
      for output in call.record.outputs where frames[frames.count - 1].slots[Int(output)] == nil {
        throw .invalid(
          place: place(call), expected: "an operator with fewer results",
          found: model.describe(tensor: Int(output), of: index))
      }
    }
    var results: [Known] = []
    for output in subgraph.outputs {
      results.append(
        try known(Int(output), .tensor(Int(output), of: index)))
    }
    frames.removeLast()
    return results
  }

  func shape(_ extents: [Int32], _ site: Site) throws(TFLiteError) -> Shape {
    try shape(extents.map { Int($0) }, site)
  }

  func shape(_ extents: [Int], _ site: Site) throws(TFLiteError) -> Shape {
    do throws(ShapeError) {
      return try Shape(extents)
    } catch {
      throw .shape(place: place(site), error)
    }
  }
}

extension TFLiteModel.Subgraph {
  /// Tensors, operators and operands, the latter as the work they are.
  fileprivate var size: Int {
    operators.reduce(tensors.count) {
      $0 + WorkBudget.operatorWork + $1.inputs.count + $1.outputs.count
    }
  }
}

/// One operator of the file about to be decoded.
struct Call {
  let record: TFLiteModel.OperatorRecord
  let subgraph: Int
  let number: Int

  var options: OptionsRecord { record.options }
}

/// What an error is about; put into words only when there is one.
enum Site {
  case call(Call)
  case tensor(Int, of: Int)
  case subgraph(Int)
}

extension Decoder {
  func place(_ site: Site) -> String {
    switch site {
    case .call(let call): place(call)
    case .tensor(let tensor, let subgraph): model.describe(tensor: tensor, of: subgraph)
    case .subgraph(let subgraph): model.describe(subgraph: subgraph)
    }
  }

  func place(_ call: Call) -> String { model.describe(operator: call.number, of: call.subgraph) }

  /// - Throws: `TFLiteError.limit` when the file asks for more work than any honest one.
  mutating func spend(_ amount: Int, _ site: Site) throws(TFLiteError) {
    guard budget.take(amount) else {
      throw .limit(
        place: place(site), what: "elements to fold at load time", maximum: budget.maximum)
    }
  }
}
