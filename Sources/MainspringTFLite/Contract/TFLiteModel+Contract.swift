// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension TFLiteModel {
  /// What the file says about its model: labels and scaler in TFLite's own metadata, all else in a
  /// table of ours.
  ///
  /// In files of other programs, names and scalers that do not fit the model are left out: those
  /// programs may mean something else by them. In files with our table, everything must fit.
  ///
  /// - Throws: ``TFLiteError`` when a table is damaged; whether ours fits is checked by the graph.
  func contract(inputs: [Shape], outputs: [Shape]) throws(TFLiteError) -> ModelContract? {
    var contract = try storedContract(inputs.count, outputs.count)
    if contract.isForeign { _ = contract.stored?.dropMisfits(inputs: inputs, outputs: outputs) }
    return contract.stored
  }

  /// What metadata of another program say and was left out of the graph's contract, as it does not
  /// fit the model: an error for each part, none for a file of ours.
  public func contractMisfits(_ graph: Graph) -> [ContractError] {
    guard buffer(of: ContractSchema.metadataName) == nil else { return [] }
    do throws(TFLiteError) {
      var contract = try storedContract(graph.inputs.count, graph.outputs.count)
      return contract.stored?.dropMisfits(
        inputs: graph.inputs.map { graph.shape(of: $0) },
        outputs: graph.outputs.map { graph.shape(of: $0) }) ?? []
    } catch {
      return []
    }
  }

  /// All that the file says, whether it fits or not.
  private func storedContract(
    _ inputCount: Int, _ outputCount: Int
  ) throws(TFLiteError) -> (stored: ModelContract?, isForeign: Bool) {
    let own = try buffer(of: ContractSchema.metadataName).map { (buffer) throws(TFLiteError) in
      try ContractTable.contract(buffer)
    }
    let standard = try buffer(of: ContractSchema.standardName).map {
      (buffer) throws(TFLiteError) in try StandardMetadata(buffer)
    }
    if own == nil, standard == nil { return (nil, isForeign: false) }
    var contract = own ?? ModelContract()
    if let standard {
      for (index, scaler) in standard.scalers.enumerated() where index < inputCount {
        guard let scaler else { continue }
        while contract.inputs.count < inputCount { contract.inputs.append(.init()) }
        contract.inputs[index].scaler = scaler
      }
      for (index, name) in standard.labelFiles.enumerated() where index < outputCount {
        guard let name else { continue }
        let labels = try labels(name, isOwn: own != nil)
        if labels.isEmpty { continue }
        while contract.outputs.count < outputCount { contract.outputs.append(.init()) }
        contract.outputs[index].labels = labels
      }
    }
    return (contract, isForeign: own == nil)
  }

  /// The data of an entry of the metadata; nil without one.
  private func buffer(of name: String) -> [UInt8]? {
    for entry in metadata where entry.name == name && buffers.indices.contains(entry.buffer) {
      return buffers[entry.buffer]
    }
    return nil
  }

  /// A name on each line; empty when the file is not there, or is not read.
  private func labels(_ name: String, isOwn: Bool) throws(TFLiteError) -> [String] {
    var contents: [UInt8]?
    for file in associatedFiles where file.name == name { contents = file.contents }
    guard let contents else {
      guard isOwn else { return [] }
      throw .invalid(
        place: "contract: labels", expected: "the stored file \(name.quoted) behind the model",
        found: "none")
    }
    var labels: [String] = []
    var line: [UInt8] = []
    for byte in contents {
      if byte == 0x0a {
        labels.append(TFLiteModel.label(line))
        line = []
      } else {
        line.append(byte)
      }
    }
    if !line.isEmpty { labels.append(TFLiteModel.label(line)) }
    // Empty lines at the end are no classes.
    if !isOwn { while labels.last == "" { labels.removeLast() } }
    return labels
  }

  private static func label(_ line: [UInt8]) -> String {
    String(decoding: line.last == 0x0d ? line.dropLast() : line[...], as: UTF8.self)
  }
}

extension ModelContract {
  /// Leaves out what does not fit the model; tells why.
  fileprivate mutating func dropMisfits(
    inputs shapes: [Shape], outputs results: [Shape]
  ) -> [ContractError] {
    var misfits: [ContractError] = []
    for index in inputs.indices {
      var part = ModelContract()
      part.inputs = inputs.map { _ in Input() }
      part.inputs[index] = inputs[index]
      guard let misfit = part.misfit(inputs: shapes, outputs: []) else { continue }
      misfits.append(misfit)
      inputs[index].scaler = nil
    }
    for index in outputs.indices {
      var part = ModelContract()
      part.outputs = outputs.map { _ in Output() }
      part.outputs[index] = outputs[index]
      guard let misfit = part.misfit(inputs: [], outputs: results) else { continue }
      misfits.append(misfit)
      outputs[index].labels = []
    }
    return misfits
  }

  private func misfit(inputs: [Shape], outputs: [Shape]) -> ContractError? {
    do throws(ContractError) {
      try validate(inputs: inputs, outputs: outputs)
      return nil
    } catch {
      return error
    }
  }
}
