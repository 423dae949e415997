// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringKeras

/// Masks are accepted where they change nothing.
@Suite struct MaskTests {
  private let mask = layer("Masking", "m", #""mask_value":0.0"#)

  private func load(_ layers: String..., trusted: Bool = false) -> String {
    var file = MemoryFile(tree: [
      ("/layers/lstm/cell/vars/0", [2, 4]), ("/layers/lstm/cell/vars/1", [1, 4]),
      ("/layers/lstm/cell/vars/2", [4]),
    ])
    file.options.assumesNoPadding = trusted
    let text =
      #"{"class_name":"Sequential","config":{"name":"s","layers":["#
      + ([#"{"class_name":"InputLayer","config":{"name":"x","batch_shape":[null,4,2]}}"#] + layers)
      .joined(separator: ",") + "]}}"
    return message(file, text)
  }

  private let lstm = layer("LSTM", "l", #""units":1"#)

  @Test func refusesARecurrentLayerThatWouldSkipSteps() {
    let text = load(mask, lstm)
    #expect(
      text.hasPrefix("layer 'l': LSTM would skip the time steps that 'm' masks"), "\(text)")
    #expect(load(mask, layer("Dropout", "d"), lstm).contains("would skip"))
    #expect(load(mask, layer("Activation", "d", #""activation":"relu""#), lstm).contains("skip"))
  }

  @Test func acceptsLayersThatEndTheMask() {
    #expect(load(mask, layer("MaxPooling1D", "p", #""pool_size":[2]"#), lstm) == "no error")
    #expect(load(mask, layer("Permute", "p", #""dims":[1,2]"#), lstm) == "no error")
  }

  @Test func acceptsAMaskThatMasksNothing() {
    #expect(load(mask, lstm, trusted: true) == "no error")
  }

  @Test func zeroesMaskedSteps() throws {
    let file = MemoryFile(tree: [])
    let zero = try file.load(sequential("[null,4,2]", mask)).graph
    #expect(zero.nodes.isEmpty)
    let other = try file.load(
      sequential("[null,4,2]", layer("Masking", "m", #""mask_value":-1.5"#))
    ).graph
    #expect(other.operations == ["Subtract", "Abs", "ReduceMax", "Greater", "Select"])
    #expect(other.shape(of: other.outputs[0]).extents == [1, 4, 2])
  }

  @Test func dropsTheRecordedComputationOfAMaskNobodyUses() throws {
    let tensor = { (name: String) in
      #"{"class_name":"__keras_tensor__","config":{"keras_history":["\#(name)",0,0]}}"#
    }
    func text(_ user: String) -> String {
      """
      {"class_name":"Functional","config":{"name":"f","layers":[
      {"class_name":"InputLayer","name":"x","config":{"name":"x","batch_shape":[null,4,2]},"inbound_nodes":[]},
      {"class_name":"NotEqual","name":"ne","config":{"name":"ne"},
       "inbound_nodes":[{"args":[\(tensor("x")),0.0],"kwargs":{}}]},
      {"class_name":"\(user)","name":"u","config":{"name":"u","trainable":true},
       "inbound_nodes":[{"args":[\(tensor("x"))],"kwargs":{"mask":\(tensor("ne"))}}]}],
      "input_layers":["x",0,0],"output_layers":["u",0,0]}}
      """
    }
    let file = MemoryFile(tree: [])
    #expect(try file.load(text("Identity")).graph.nodes.isEmpty)
    #expect(message(file, text("GlobalAveragePooling1D")).contains("that 'ne' masks"))
    var trusting = file
    trusting.options.assumesNoPadding = true
    #expect(try trusting.load(text("GlobalAveragePooling1D")).graph.operations == ["Mean"])
  }
}
