// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// One function of tensors that the functional API recorded, with all its arguments.
///
/// Keras 3 names the class of the operation and keeps some arguments in its settings; Keras 2
/// names a TensorFlow function and passes everything in the call. Axes include the batch.
struct OperationCall {
  let assembly: Assembly
  let layer: LayerConfig
  let invocation: Invocation
  let values: [TensorReference: ValueID]
  let name: String

  /// What the function computes; names are those of Keras 3 in small letters.
  func build() throws(KerasError) -> ValueID {
    let function = try functionName()
    guard let operation = KerasOperations.operations[function] else {
      throw .unsupportedLayer(layer: layer.path, kind: "the operation \(function)")
    }
    return try operation(self)
  }

  private func functionName() throws(KerasError) -> String {
    guard layer.kind == "TFOpLambda" || layer.kind == "SlicingOpLambda" else { return layer.kind }
    return try layer.text("function", default: layer.kind)
  }

  // MARK: Arguments

  /// An argument by position or by name; settings of Keras 3 count as named.
  func argument(_ position: Int, _ names: String...) -> Argument? {
    if position >= 0, position < invocation.positional.count {
      return invocation.positional[position]
    }
    for name in names {
      if let value = invocation.named(name) { return value }
      if let value = layer.value(name) { return .constant(value) }
    }
    return nil
  }

  func tensor(_ argument: Argument?, _ role: String) throws(KerasError) -> ValueID {
    guard case .tensor(let reference) = argument, let value = values[reference] else {
      throw failure(role, "a tensor", argument)
    }
    return value
  }

  /// A tensor, or a constant from a number or lists of numbers.
  func operand(_ argument: Argument?, _ role: String) throws(KerasError) -> ValueID {
    if case .tensor = argument { return try tensor(argument, role) }
    guard let argument, let json = json(argument) else { throw failure(role, "a number", argument) }
    var extents: [Int] = []
    var floats: [Float] = []
    try flatten(json, role, depth: 0, &extents, &floats)
    let shape = try Shape.keras(extents)
    guard shape.elementCount == floats.count else {
      throw failure(role, "lists of equal lengths", argument)
    }
    return assembly.graph.addConstant(name: "\(name)/\(role)", Tensor(shape: shape, floats: floats))
  }

  private func flatten(
    _ json: JSON, _ role: String, depth: Int, _ extents: inout [Int], _ floats: inout [Float]
  ) throws(KerasError) {
    guard let list = json.array else {
      if json["class_name"]?.string == "__numpy__" || json.object != nil {
        let value = json["config"]?["value"] ?? json["value"]
        if let value { return try flatten(value, role, depth: depth, &extents, &floats) }
      }
      floats.append(try layer.finite(json, role))
      return
    }
    if depth == extents.count {
      extents.append(list.count)
    } else if extents[depth] != list.count {
      throw layer.failure(role, "lists of equal lengths", json)
    }
    for element in list { try flatten(element, role, depth: depth + 1, &extents, &floats) }
  }

  /// The constant an argument is, if there is no tensor in it.
  func json(_ argument: Argument) -> JSON? {
    switch argument {
    case .constant(let value): return value
    case .list(let elements):
      let values = elements.compactMap { json($0) }
      return values.count == elements.count ? .array(values) : nil
    default: return nil
    }
  }

  /// Whole numbers: a list, or one number as a list of one; nil when absent or null.
  func integers(_ position: Int, _ names: String...) throws(KerasError) -> [Int]? {
    var found =
      position < invocation.positional.count && position >= 0
      ? invocation.positional[position] : nil
    for name in names where found == nil {
      found = invocation.named(name) ?? layer.value(name).map { .constant($0) }
    }
    guard let found, let json = json(found) else { return nil }
    if json.isNull { return nil }
    let numbers = (json.array ?? [json]).compactMap { $0.integer }
    guard numbers.count == (json.array?.count ?? 1),
      numbers.allSatisfy({ $0.magnitude <= 1 << 28 })
    else { throw failure(names.first ?? "argument", "whole numbers", found) }
    return numbers
  }

  func flag(_ position: Int, _ name: String) throws(KerasError) -> Bool {
    guard let argument = argument(position, name), let json = json(argument), !json.isNull else {
      return false
    }
    guard let flag = json.bool else { throw failure(name, "true or false", argument) }
    return flag
  }

  func failure(_ role: String, _ expected: String, _ found: Argument?) -> KerasError {
    let text = found.flatMap { json($0) }.map { "\($0)" } ?? (found == nil ? "nothing" : "tensors")
    return .setting(layer: layer.path, key: role, expected: expected, found: text)
  }

  // MARK: Graph

  func shape(_ value: ValueID) -> Shape { assembly.graph.shape(of: value) }

  func add(_ operation: Operator, to operands: [ValueID], _ step: String = "")
    throws(KerasError) -> ValueID
  {
    try assembly.add(operation, to: operands, name: step.isEmpty ? name : "\(name)/\(step)")
  }
}
