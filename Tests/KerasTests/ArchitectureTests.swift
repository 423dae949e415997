// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringKeras

@Suite struct ArchitectureTests {
  @Test(arguments: [
    ("Dense", "dense"), ("Conv1D", "conv1d"), ("Conv1DTranspose", "conv1d_transpose"),
    ("SimpleRNN", "simple_rnn"), ("LSTMCell", "lstm_cell"), ("PReLU", "p_re_lu"),
    ("ReLU", "re_lu"), ("ELU", "elu"), ("GlobalAveragePooling1D", "global_average_pooling1d"),
    ("ThresholdedReLU", "thresholded_re_lu"), ("MultiHeadAttention", "multi_head_attention"),
    ("ConvLSTM1D", "conv_lstm1d"), ("StackedRNNCells", "stacked_rnn_cells"),
    ("TFOpLambda", "tf_op_lambda"),
  ])
  func namesDirectoriesAsKerasDoes(kind: String, name: String) {
    #expect(SnakeCase.name(of: kind) == name)
  }

  @Test func acceptsEveryWayToDescribeASequence() throws {
    let dense = (name: "d", weights: [("d/kernel:0", [3, 2]), ("d/bias:0", [2])])
    let settings = #""name":"d","units":2,"activation":"linear","trainable":true"#
    let texts = [
      // Keras 2.0: a bare list, the shape with the first layer.
      #"{"class_name":"Sequential","config":[{"class_name":"Dense","config":{"batch_input_shape":[null,3],\#(settings)}}]}"#,
      // Keras 2.15: an input layer.
      #"{"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"InputLayer","config":{"name":"d_input","batch_input_shape":[7,3]}},{"class_name":"Dense","config":{\#(settings)}}]}}"#,
      // Built later: the shape beside the layers.
      #"{"class_name":"Sequential","config":{"name":"s","build_input_shape":[null,3],"layers":[{"class_name":"Dense","config":{\#(settings)}}]}}"#,
      #"{"class_name":"Sequential","config":{"name":"s","layers":[{"class_name":"Dense","config":{\#(settings)},"build_config":{"input_shape":[null,3]}}]}}"#,
    ]
    let file = MemoryFile(groups: [dense])
    let graphs = try texts.map { try file.load($0).graph }
    for graph in graphs { #expect(graph == graphs[0]) }
    #expect(graphs[0].values.map { $0.name } == ["d_input", "d"])
    #expect(graphs[0].shape(of: 0).extents == [1, 3])
  }

  @Test func saysThatAnUnbuiltModelHasNoShape() {
    let text =
      #"{"class_name":"Sequential","config":{"name":"s","layers":["#
      + layer("Dense", "d", #""units":2"#) + "]}}"
    #expect(message(MemoryFile(tree: []), text).contains("input 'd_input': expected a shape"))
  }

  @Test func wantsTheWindowLengthForAnOpenTimeAxis() throws {
    var file = MemoryFile(tree: [("/layers/conv1d/vars/0", [3, 2, 4])])
    let text = sequential(
      "[null,null,2]",
      layer("Conv1D", "c", #""filters":4,"kernel_size":[3],"use_bias":false"#))
    #expect(message(file, text).contains("input 'window': the number of time steps is open"))
    file.options.windowLength = 9
    let graph = try file.load(text).graph
    #expect(graph.shape(of: graph.inputs[0]).extents == [1, 9, 2])
    #expect(graph.shape(of: graph.outputs[0]).extents == [1, 7, 4])
    file.options.windowLength = 0
    #expect(message(file, text).contains("time steps"))
  }

  @Test(arguments: [
    (
      "[null,8,2]", 9,
      "input 'window': expected the window length 8 of its shape [null, 8, 2], found 9"
    ),
    (
      "[null,8,2]", 0,
      "input 'window': expected the window length 8 of its shape [null, 8, 2], found 0"
    ),
    (
      "[null,8]", 8,
      "input 'window': expected a time axis for the window length 8, found the shape [null, 8]"
    ),
    ("[null,8,2]", 8, "no error"), ("[null,null,2]", 8, "no error"),
    (
      "[null,-3,2]", 8,
      "input 'window': expected positive extents, found [null, -3, 2]"
    ),
  ])
  func checksAWindowLengthAgainstTheInput(shape: String, length: Int, expected: String) {
    var file = MemoryFile(tree: [])
    file.options.windowLength = length
    #expect(message(file, sequential(shape, layer("ReLU", "r"))) == expected)
  }

  @Test func takesAWindowLengthForTheOpenOneOfTwoInputs() throws {
    func input(_ name: String, _ shape: String) -> String {
      #"{"class_name":"InputLayer","name":"\#(name)","config":{"name":"\#(name)","batch_shape":\#(shape)},"inbound_nodes":[]}"#
    }
    func model(_ first: String, _ second: String) -> String {
      let layers = input("a", first) + "," + input("b", second)
      let references = #"[["a",0,0],["b",0,0]]"#
      return
        #"{"class_name":"Functional","config":{"name":"m","layers":[\#(layers)],"input_layers":\#(references),"output_layers":\#(references)}}"#
    }
    var file = MemoryFile(tree: [])
    file.options.windowLength = 9
    let graph = try file.load(model("[null,4,2]", "[null,null,3]")).graph
    #expect(graph.inputs.map { graph.shape(of: $0).extents } == [[1, 4, 2], [1, 9, 3]])
    #expect(
      message(file, model("[null,5]", "[null,4,2]"))
        == "input 'b': expected the window length 4 of its shape [null, 4, 2], found 9")
  }

  @Test(arguments: [
    ("[null,0,2]", "positive extents"), ("[null,-3,2]", "positive extents"),
    ("[null,2,null]", "positive extents"), ("[]", "a shape"), ("3", "a shape"),
    ("[null,1e300,2]", "positive extents"), ("[null,2.5,2]", "positive extents"),
    ("[null,16777216,16]", "at most"), ("[null,16777216,16,16777216]", "at most"),
  ])
  func refusesImpossibleInputs(shape: String, expected: String) {
    #expect(
      message(MemoryFile(tree: []), sequential(shape, layer("Flatten", "f"))).contains(expected))
  }

  @Test func refusesTwoLayersOfOneName() {
    let text = sequential("[null,4]", layer("ReLU", "r"), layer("ReLU", "r"))
    #expect(
      message(MemoryFile(tree: []), text)
        == "layer 'r': expected a name of its own, found two of it")
  }

  @Test(arguments: ["0.3", "4.0.0", "x", ""]) func refusesUnknownGenerations(version: String) {
    let file = MemoryFile(tree: [], version: version)
    #expect(message(file, sequential("[null,4]", layer("ReLU", "r"))).contains("Keras 1, 2 or 3"))
  }

  @Test func tellsTheGenerationWithoutAVersion() throws {
    // hard_sigmoid means different things in Keras 2 and 3.
    let activation = layer("Activation", "a", #""activation":"hard_sigmoid""#)
    let modern = sequential("[null,4]", activation)
    let old = modern.replacing("batch_shape", with: "batch_input_shape")
    let file = MemoryFile(tree: [], version: nil)
    #expect(try file.load(modern).graph != file.load(old).graph)
    #expect(
      try file.load(modern).graph == MemoryFile(tree: [], version: "3.0.0").load(modern).graph)
    #expect(try file.load(old).graph == MemoryFile(tree: [], version: "2.3.1").load(modern).graph)
  }

  @Test func translatesKeras1() throws {
    let text = """
      {"class_name":"Sequential","config":[
      {"class_name":"Convolution1D","config":{"name":"c","batch_input_shape":[null,9,2],
      "nb_filter":4,"filter_length":3,"subsample_length":2,"border_mode":"same","bias":true,
      "activation":"relu","init":"glorot_uniform"}},
      {"class_name":"GRU","config":{"name":"g","output_dim":3,"inner_activation":"hard_sigmoid",
      "activation":"tanh","return_sequences":false}},
      {"class_name":"Dense","config":{"name":"d","output_dim":2,"bias":true,
      "activation":"softmax"}}]}
      """
    let gates = ["z", "r", "h"].flatMap { gate in
      [("g_W_\(gate)", [4, 3]), ("g_U_\(gate)", [3, 3]), ("g_b_\(gate)", [3])]
    }
    let file = MemoryFile(
      groups: [
        ("c", [("c_W", [3, 1, 2, 4]), ("c_b", [4])]), ("g", gates),
        ("d", [("d_W", [3, 2]), ("d_b", [2])]),
      ], version: "1.2.2")
    let model = try file.load(text)
    #expect(model.layers.map { $0.kind } == ["Conv1D", "GRU", "Dense"])
    #expect(model.layers.map { $0.parameterCount } == [28, 72, 8])
    #expect(model.layers.map { $0.outputShape.extents } == [[1, 5, 4], [1, 3], [1, 2]])
    #expect(model.warnings.map { $0.contains("Theano") } == [true])
    let gru = try #require(
      model.graph.nodes.compactMap { node -> GRU? in
        if case .gru(let gru) = node.operation { gru } else { nil }
      }.first)
    #expect(gru.recurrentBias == nil && gru.recurrentActivation == .hardSigmoidKeras2)
    let reset = try file.elements("/model_weights/g/g_b_r")
    #expect(gru.inputBias.floats?[3..<6] == reset[...])
  }

  @Test func namesUnnamedNestedModelsAfterTheirWeights() throws {
    let text = """
      {"class_name":"Sequential","config":[{"class_name":"Sequential","config":[
      {"class_name":"Dense","config":{"name":"inner","units":2,"batch_input_shape":[null,3]}}]},
      {"class_name":"Dense","config":{"name":"top","units":1}}]}
      """
    let file = MemoryFile(
      groups: [
        ("sequential_4", [("inner/kernel:0", [3, 2]), ("inner/bias:0", [2])]),
        ("top", [("top/kernel:0", [2, 1]), ("top/bias:0", [1])]),
      ], version: "2.1.3")
    #expect(try file.load(text).layers.map { $0.name } == ["sequential_4/inner", "top"])
  }
}
