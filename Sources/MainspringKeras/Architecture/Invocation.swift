// SPDX-License-Identifier: Apache-2.0

/// One result of one call of one layer: Keras' "history" of a tensor.
struct TensorReference: Hashable {
  let layer: String
  /// Which call of the layer, from 0.
  var call: Int
  /// Which of the call's results.
  let result: Int
}

extension TensorReference: CustomStringConvertible {
  var description: String { "'\(layer)' call \(call) result \(result)" }
}

/// What a layer is called with.
enum Argument {
  case tensor(TensorReference)
  indirect case list([Argument])
  indirect case dictionary([(key: String, value: Argument)])
  case slice(start: JSON, stop: JSON, step: JSON)
  case constant(JSON)
}

extension Argument {
  /// Every tensor in here, in order.
  var tensors: [TensorReference] {
    switch self {
    case .tensor(let reference): [reference]
    case .list(let elements): elements.flatMap { $0.tensors }
    case .dictionary(let members): members.flatMap { $0.value.tensors }
    case .slice, .constant: []
    }
  }

  /// The same with each reference replaced.
  func mapTensors(_ change: (TensorReference) -> TensorReference) -> Argument {
    switch self {
    case .tensor(let reference): .tensor(change(reference))
    case .list(let elements): .list(elements.map { $0.mapTensors(change) })
    case .dictionary(let members):
      .dictionary(members.map { ($0.key, $0.value.mapTensors(change)) })
    case .slice, .constant: self
    }
  }
}

/// One call of a layer in a functional model.
struct Invocation {
  var positional: [Argument]
  var named: [(key: String, value: Argument)]

  /// Every tensor the call needs, in order.
  var tensors: [TensorReference] {
    positional.flatMap { $0.tensors } + named.flatMap { $0.value.tensors }
  }

  func mapTensors(_ change: (TensorReference) -> TensorReference) -> Invocation {
    Invocation(
      positional: positional.map { $0.mapTensors(change) },
      named: named.map { ($0.key, $0.value.mapTensors(change)) })
  }

  func named(_ key: String) -> Argument? { named.first { $0.key == key }?.value }
}
