// SPDX-License-Identifier: Apache-2.0

extension TFLiteModel {
  /// An input or output as programs know it.
  struct NamedPort {
    let name: String
    /// In the subgraph's list.
    let place: Int
  }

  /// What the signature calls inputs and outputs, in the order of the graph; nil for files without
  /// one that names each of them once.
  ///
  /// TensorFlow lists the tensors of a subgraph in any order, and its signature by name.
  public var signatureNames: (inputs: [String], outputs: [String])? {
    portNames.map { ports in (ports.inputs.map { $0.name }, ports.outputs.map { $0.name }) }
  }

  var portNames: (inputs: [NamedPort], outputs: [NamedPort])? {
    guard let main = subgraphs.first else { return nil }
    for signature in signatures where signature.subgraph == 0 {
      if let inputs = TFLiteModel.ports(signature.inputs, main.inputs),
        let outputs = TFLiteModel.ports(signature.outputs, main.outputs)
      {
        return (inputs, TFLiteModel.counted(outputs))
      }
    }
    return nil
  }

  /// - Returns: nil unless entries and tensors are each other's.
  private static func ports(_ entries: [Signature.Entry], _ tensors: [Int32]) -> [NamedPort]? {
    guard entries.count == tensors.count else { return nil }
    var places: [Int: Int] = [:]
    for (place, tensor) in tensors.enumerated() { places[Int(tensor)] = place }
    var ports: [NamedPort] = []
    for entry in entries {
      guard let place = places.removeValue(forKey: entry.tensor) else { return nil }
      ports.append(NamedPort(name: entry.name, place: place))
    }
    return ports
  }

  /// `output_10` follows `output_9`: such names are numbers, and sorted as texts.
  private static func counted(_ ports: [NamedPort]) -> [NamedPort] {
    var places: [String: Int] = [:]
    for (place, port) in ports.enumerated() { places[port.name] = place }
    var result: [NamedPort] = []
    for index in ports.indices {
      guard let place = places["output_\(index)"] else { return ports }
      result.append(ports[place])
    }
    return result
  }
}
