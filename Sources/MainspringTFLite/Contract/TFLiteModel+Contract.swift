// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension TFLiteModel {
  /// What the file says about its model: labels and scaler in TFLite's own metadata, all else in a
  /// table of ours.
  ///
  /// In files of other programs, names and scalers that do not fit the model are left out: those
  /// programs may mean something else by them. In files with our table, everything must fit.
  ///
  /// - Throws: ``TFLiteError`` when a table is damaged; whether ours fits is checked by the graph.
  func contract(inputs: [Shape], outputs: [Shape]) throws(TFLiteError) -> ModelContract? {
    let own = try buffer(of: ContractSchema.metadataName).map { (buffer) throws(TFLiteError) in
      try ContractTable.contract(buffer)
    }
    let standard = try buffer(of: ContractSchema.standardName).map {
      (buffer) throws(TFLiteError) in try StandardMetadata(buffer)
    }
    if own == nil, standard == nil { return nil }
    var contract = own ?? ModelContract()
    if let standard {
      for (index, scaler) in standard.scalers.enumerated() where index < inputs.count {
        guard let scaler else { continue }
        while contract.inputs.count < inputs.count { contract.inputs.append(.init()) }
        contract.inputs[index].scaler = scaler
      }
      for (index, name) in standard.labelFiles.enumerated() where index < outputs.count {
        guard let name else { continue }
        let labels = try labels(name, isOwn: own != nil)
        if labels.isEmpty { continue }
        while contract.outputs.count < outputs.count { contract.outputs.append(.init()) }
        contract.outputs[index].labels = labels
      }
    }
    if own == nil { contract.dropMisfits(inputs: inputs, outputs: outputs) }
    return contract
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
    return labels
  }

  private static func label(_ line: [UInt8]) -> String {
    String(decoding: line.last == 0x0d ? line.dropLast() : line[...], as: UTF8.self)
  }
}

extension ModelContract {
  /// Leaves out what does not fit the model.
  fileprivate mutating func dropMisfits(inputs shapes: [Shape], outputs results: [Shape]) {
    for index in inputs.indices {
      var part = ModelContract()
      part.inputs = [inputs[index]]
      if !part.fits(inputs: [shapes[index]], outputs: []) { inputs[index].scaler = nil }
    }
    for index in outputs.indices {
      var part = ModelContract()
      part.outputs = [outputs[index]]
      if !part.fits(inputs: [], outputs: [results[index]]) { outputs[index].labels = [] }
    }
  }

  private func fits(inputs: [Shape], outputs: [Shape]) -> Bool {
    do throws(ContractError) {
      try validate(inputs: inputs, outputs: outputs)
      return true
    } catch {
      return false
    }
  }
}
