// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringKeras

/// What layers make of their settings, and which ones they refuse.
@Suite struct LayerSettingTests {
  private func error(_ shape: String, _ layers: String...) -> String {
    let text =
      #"{"class_name":"Sequential","config":{"name":"m","layers":["#
      + ([#"{"class_name":"InputLayer","config":{"name":"x","batch_shape":\#(shape)}}"#] + layers)
      .joined(separator: ",") + "]}}"
    return message(MemoryFile(tree: []), text)
  }

  @Test(arguments: [
    ("Lambda", "", "Lambda is not supported"),
    ("MyLayer", "", "MyLayer is not supported"),
    ("LSTM", #""units":2,"return_state":true"#, "return_state: expected false, found true"),
    ("LSTM", #""units":2,"time_major":true"#, "time_major: expected false, found true"),
    ("LSTM", #""units":0"#, "units: expected at least 1, found 0"),
    ("LSTM", #""units":-1"#, "units: expected at least 1"),
    ("LSTM", #""units":1e9"#, "units: expected a whole number"),
    ("LSTM", #""units":2.5"#, "units: expected a whole number"),
    ("LSTM", "", "units: expected a whole number, found nothing"),
    ("LSTM", #""units":2,"activation":"softmax""#, "a function of each element"),
    ("LSTM", #""units":2,"activation":"sparsemax""#, "the activation 'sparsemax'"),
    ("Dense", #""units":2,"activation":{"class_name":"__lambda__","value":["4wEA"]}"#, "code in"),
    ("Conv1D", #""filters":2,"kernel_size":[3],"padding":"full""#, "valid, same or causal"),
    ("Conv1D", #""filters":2,"kernel_size":[3,3]"#, "kernel_size: expected 1 whole number"),
    ("Conv1D", #""filters":2,"kernel_size":[0]"#, "kernel_size: expected at least 1"),
    ("Conv1D", #""filters":2,"kernel_size":[3],"groups":0"#, "groups"),
    ("Conv1D", #""filters":3,"kernel_size":[3],"groups":2"#, "groups"),
    ("Conv1D", #""filters":2,"kernel_size":[3],"data_format":"NCW""#, "data_format"),
    ("ZeroPadding1D", #""padding":[1,1],"data_format":"channels_first""#, "channels_last"),
    ("ZeroPadding1D", #""padding":[-1,1]"#, "padding: expected 1 pairs"),
    ("Cropping1D", #""cropping":[3,2]"#, "cropping: expected less than"),
    ("MaxPooling1D", #""pool_size":[9]"#, "at least 9 elements"),
    ("MaxPooling1D", #""pool_size":[2],"strides":[0]"#, "strides: expected at least 1"),
    ("UpSampling1D", #""size":0"#, "size: expected at least 1"),
    ("UpSampling1D", #""size":16777216"#, "at most"),
    ("RepeatVector", #""n":2"#, "2 axes"),
    ("Reshape", #""target_shape":[5,3]"#, "extents of 8 elements"),
    ("Reshape", #""target_shape":[-1,-1]"#, "extents of 8 elements"),
    ("Permute", #""dims":[1,1]"#, "each axis"),
    ("Softmax", #""axis":0"#, "after the batch"),
    ("BatchNormalization", #""axis":0"#, "axis"),
    ("LayerNormalization", #""axis":[1,1]"#, "axis"),
    ("LayerNormalization", #""axis":[]"#, "axis"),
    ("Rescaling", #""scale":[1,2,3]"#, "2 numbers"),
    ("Rescaling", #""scale":NaN"#, "a finite number"),
    ("Rescaling", #""scale":1e300"#, "a finite number"),
    ("Normalization", #""mean":[1,2,3],"variance":[1,2,3]"#, "2 numbers"),
    (
      "Bidirectional", #""layer":{"class_name":"Dense","config":{"name":"d","units":1}}"#,
      "LSTM, GRU or SimpleRNN"
    ),
    ("TimeDistributed", "", "layer: expected a layer"),
    ("RNN", #""cell":{"class_name":"ConvLSTMCell","config":{"name":"c"}}"#, "ConvLSTMCell"),
    ("Add", "", "at least 2 tensors"),
    ("GlobalMaxPooling2D", "", "4 axes"),
  ])
  func refusesWhatItCannotDo(kind: String, settings: String, expected: String) {
    let error = error("[null,4,2]", layer(kind, "the_layer", settings))
    #expect(error.contains("the_layer"), "\(error)")
    #expect(error.contains(expected), "\(error)")
    #expect(!error.contains("\n"))
  }

  @Test(arguments: [
    #""int8""#, #"{"class_name":"DTypePolicy","config":{"name":"int8_from_float32"}}"#,
    #"{"class_name":"QuantizedDTypePolicy","config":{"name":"float32"}}"#,
  ])
  func refusesQuantizedLayers(dtype: String) {
    let text = #"{"class_name":"ReLU","config":{"name":"r","trainable":true,"dtype":\#(dtype)}}"#
    #expect(error("[null,2]", text).hasPrefix("layer 'r': dtype: expected a policy of floats"))
  }

  @Test func refusesCustomClassesByTheirRegisteredName() {
    let custom =
      #"{"class_name":"Dense","registered_name":"Mine>Dense","config":{"name":"d","units":1}}"#
    #expect(error("[null,2]", custom) == "layer 'd': the custom class Mine>Dense is not supported")
  }

  @Test(arguments: [
    (#""ragged":true"#, "ragged"), (#""sparse":true"#, "sparse"), (#""dtype":"string""#, "dtype"),
  ])
  func refusesInputsThatAreNotArrays(setting: String, key: String) {
    let text = sequential("[null,2],\(setting)", layer("ReLU", "r"))
    #expect(message(MemoryFile(tree: []), text).contains(key))
  }

  @Test func warnsOfSettingsItDoesNotKnow() throws {
    let file = MemoryFile(tree: [])
    let strange = try file.load(
      sequential(
        "[null,2]",
        layer("ReLU", "r", #""shiny":3,"dull":null,"off":false,"kernel_initializer":{"a":1}"#)))
    #expect(strange.warnings == ["layer 'r': the setting shiny = 3 is not known, ignored"])
  }

  @Test func refusesAdaptersOnTopOfWeights() {
    let file = MemoryFile(tree: [("/layers/dense/vars/0", [2, 1]), ("/layers/dense/vars/1", [1])])
    let text = sequential("[null,2]", layer("Dense", "d", #""units":1,"lora_rank":4"#))
    #expect(message(file, text) == "layer 'd': lora_rank: expected nothing, found 4")
  }

  @Test func padsCausalConvolutionsInFront() throws {
    let file = MemoryFile(tree: [("/layers/conv1d/vars/0", [3, 2, 4])])
    let graph = try file.load(
      sequential(
        "[null,8,2]",
        layer(
          "Conv1D", "c",
          #""filters":4,"kernel_size":3,"dilation_rate":2,"padding":"causal","use_bias":false"#))
    ).graph
    #expect(graph.operations == ["Reshape", "Pad", "Convolution", "Reshape"])
    #expect(graph.nodes[1].operation == .pad(Pad(before: [0, 0, 4, 0], after: [0, 0, 0, 0])))
    #expect(graph.shape(of: graph.outputs[0]).extents == [1, 8, 4])
    #expect(graph.values[graph.outputs[0]].name == "c")
    guard case .convolution(let convolution) = graph.nodes[2].operation else { return }
    let kernel = try file.elements("/layers/conv1d/vars/0")
    #expect(convolution.weights.shape.extents == [4, 1, 3, 2])
    #expect(convolution.weights.floats?[0..<6] == (0..<6).map { kernel[$0 * 4] }[...])
  }

  @Test func foldsStatisticsOfBatchNormalization() throws {
    let variables = ["gamma": 0, "beta": 1, "moving_mean": 2, "moving_variance": 3]
    var file = MemoryFile(groups: [("b", variables.keys.map { ("b/\($0):0", [2]) })])
    for (name, offset) in variables {
      file.values["/model_weights/b/b/\(name):0"] = [Float(offset) + 1, Float(offset) + 2]
    }
    let graph = try file.load(
      sequential("[null,4,2]", layer("BatchNormalization", "b", #""epsilon":0.5"#))
    ).graph
    guard case .scaleShift(let norm) = graph.nodes[0].operation else {
      Issue.record("\(graph.operations)")
      return
    }
    // a = γ/√(σ² + ε), b = β − μ·a
    let a = [1 / Double(4.5).squareRoot(), 2 / Double(5.5).squareRoot()]
    #expect(norm.scale.floats == a.map { Float($0) })
    #expect(norm.shift.floats == [Float(2 - 3 * a[0]), Float(3 - 4 * a[1])])
  }

  @Test func dropsWhatDoesNothingAtInference() throws {
    let graph = try MemoryFile(tree: []).load(
      sequential(
        "[null,4,2]", layer("Dropout", "a", #""rate":0.5"#), layer("GaussianNoise", "b"),
        layer("SpatialDropout1D", "c"), layer("Activation", "d", #""activation":"linear""#),
        layer("Activation", "e", #""activation":null"#))
    ).graph
    #expect(graph.nodes.isEmpty && graph.outputs == graph.inputs)
  }

  @Test func readsNumbersThatNumPyWrapped() throws {
    let graph = try MemoryFile(tree: []).load(
      sequential(
        "[null,2]", layer("LeakyReLU", "r", #""alpha":{"type":"ndarray","value":0.25}"#))
    ).graph
    #expect(graph.nodes.map { $0.operation } == [.unary(Unary(.leakyReLU(slope: 0.25)))])
  }

  @Test func readsBackwardLayers() throws {
    let tree = [
      ("/layers/lstm/cell/vars/0", [2, 12]), ("/layers/lstm/cell/vars/1", [3, 12]),
      ("/layers/lstm/cell/vars/2", [12]),
    ]
    let model = try MemoryFile(tree: tree).load(
      sequential(
        "[null,4,2]",
        layer("LSTM", "l", #""units":3,"go_backwards":true,"stateful":true"#)))
    #expect(model.graph.operations == ["Reverse", "LSTM"])
    guard case .lstm(let lstm) = model.graph.nodes[1].operation else { return }
    #expect(lstm.isStateful && !lstm.returnsSequence && lstm.cellClip == 0)
    #expect(model.layers.map { $0.outputShape.extents } == [[1, 3]])
  }
}
