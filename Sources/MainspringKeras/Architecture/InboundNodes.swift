// SPDX-License-Identifier: Apache-2.0

/// The calls of a layer, from `inbound_nodes` as Keras 1 and 2 or as Keras 3 write it.
struct InboundNodes {
  let layer: String
  /// Names of the layers at this level, to tell a tensor from a list of constants.
  let layerNames: Set<String>

  /// - Throws: ``KerasError/architecture(place:expected:found:)`` naming the layer.
  func calls(_ nodes: JSON?) throws(KerasError) -> [Invocation] {
    guard let nodes, !nodes.isNull else { return [] }
    guard let list = nodes.array else { throw failure("a list", nodes) }
    var calls: [Invocation] = []
    for node in list {
      if let object = node.object {
        calls.append(try keras3(object))
      } else {
        calls.append(try keras2(node))
      }
    }
    return calls
  }

  private func failure(_ expected: String, _ found: JSON) -> KerasError {
    .architecture(
      place: "inbound_nodes of layer '\(layer)'", expected: expected, found: "\(found)")
  }
}

// MARK: - Keras 3

extension InboundNodes {
  private func keras3(_ node: JSON.Object) throws(KerasError) -> Invocation {
    var call = Invocation(positional: [], named: [])
    guard let arguments = (node["args"] ?? .array([])).array else {
      throw failure("a list 'args'", node["args"] ?? .null)
    }
    for argument in arguments { call.positional.append(try argument3(argument)) }
    if let keywords = node["kwargs"]?.object {
      for key in keywords.keys {
        call.named.append((key, try argument3(keywords[key] ?? .null)))
      }
    }
    return call
  }

  private func argument3(_ json: JSON) throws(KerasError) -> Argument {
    if let elements = json.array {
      var list: [Argument] = []
      for element in elements { list.append(try argument3(element)) }
      return .list(list)
    }
    guard let object = json.object else { return .constant(json) }
    switch object["class_name"]?.string {
    case "__keras_tensor__":
      let history = object["config"]?["keras_history"] ?? .null
      guard let reference = TensorReference(history) else {
        throw failure("a keras_history", history)
      }
      return .tensor(reference)
    case "__slice__":
      let config = object["config"]
      return .slice(
        start: config?["start"] ?? .null, stop: config?["stop"] ?? .null,
        step: config?["step"] ?? .null)
    case nil:
      var members: [(key: String, value: Argument)] = []
      for key in object.keys { members.append((key, try argument3(object[key] ?? .null))) }
      return .dictionary(members)
    default:
      return .constant(json)
    }
  }
}

// MARK: - Keras 1 and 2

extension InboundNodes {
  /// A call: a list of `[layer, node, tensor, keywords]`, or one such entry by itself.
  private func keras2(_ node: JSON) throws(KerasError) -> Invocation {
    guard let elements = node.array, !elements.isEmpty else {
      throw failure("a list of tensors", node)
    }
    let entries = elements[0].string == nil ? elements : [node]
    var operands: [Argument] = []
    var named: [(key: String, value: Argument)] = []
    for entry in entries {
      guard let parts = entry.array, parts.count == 3 || parts.count == 4 else {
        throw failure("[layer, node, tensor]", entry)
      }
      if parts[0].string == "_CONSTANT_VALUE" {
        operands.append(.constant(parts[2]))
      } else if let reference = TensorReference(entry) {
        operands.append(.tensor(reference))
      } else {
        throw failure("[layer, node, tensor]", entry)
      }
      // Every entry of a call repeats the call's keywords.
      guard named.isEmpty, parts.count == 4, let keywords = parts[3].object else { continue }
      for key in keywords.keys { named.append((key, argument2(keywords[key] ?? .null))) }
    }
    return Invocation(
      positional: operands.count == 1 ? operands : [.list(operands)], named: named)
  }

  private func argument2(_ json: JSON) -> Argument {
    if let reference = TensorReference(json), layerNames.contains(reference.layer) {
      return .tensor(reference)
    }
    if let object = json.object, object["start"] != nil || object["stop"] != nil {
      return .slice(
        start: object["start"] ?? .null, stop: object["stop"] ?? .null,
        step: object["step"] ?? .null)
    }
    if let elements = json.array { return .list(elements.map { argument2($0) }) }
    return .constant(json)
  }
}

extension TensorReference {
  /// From `[layer, node, tensor]`, whatever follows.
  init?(_ json: JSON) {
    guard let parts = json.array, parts.count == 3 || parts.count == 4,
      let layer = parts[0].string, let call = parts[1].integer, let result = parts[2].integer,
      call >= 0, result >= 0, call < 1 << 20, result < 1 << 20
    else { return nil }
    self.init(layer: layer, call: call, result: result)
  }
}
