// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringKeras

/// Which stored array ends up in which layer.
@Suite struct WeightTests {
  /// A base of two convolutions with batch normalizations, its first half frozen or not.
  private static func nested(frozen: Bool) -> String {
    func part(_ index: Int, _ trainable: Bool) -> String {
      let settings = #""name":"c\#(index)","trainable":\#(trainable)"#
      let norm = #""name":"b\#(index)","trainable":\#(trainable)"#
      return #"{"class_name":"Conv1D","config":{\#(settings),"filters":2,"kernel_size":[1]}},"#
        + #"{"class_name":"BatchNormalization","config":{\#(norm),"axis":[2]}}"#
    }
    let base =
      #"{"class_name":"Sequential","config":{"name":"base","layers":["#
      + part(1, !frozen) + "," + part(2, true) + "]}}"
    return #"{"class_name":"Sequential","config":{"name":"m","layers":[{"class_name":"InputLayer","#
      + #""config":{"name":"i","batch_input_shape":[null,4,2]}},"# + base + "]}}"
  }

  private static let variables = [
    "c1/kernel": [1, 2, 2], "c1/bias": [2], "b1/gamma": [2], "b1/beta": [2],
    "b1/moving_mean": [2], "b1/moving_variance": [2], "c2/kernel": [1, 2, 2], "c2/bias": [2],
    "b2/gamma": [2], "b2/beta": [2], "b2/moving_mean": [2], "b2/moving_variance": [2],
  ]

  private static let trained = [
    "c1/kernel", "c1/bias", "b1/gamma", "b1/beta", "c2/kernel", "c2/bias", "b2/gamma", "b2/beta",
    "b1/moving_mean", "b1/moving_variance", "b2/moving_mean", "b2/moving_variance",
  ]

  private static let halfFrozen = [
    "c2/kernel", "c2/bias", "b2/gamma", "b2/beta", "c1/kernel", "c1/bias", "b1/gamma", "b1/beta",
    "b1/moving_mean", "b1/moving_variance", "b2/moving_mean", "b2/moving_variance",
  ]

  /// A file that holds the variables in an order, under other layer names if wanted.
  private static func file(_ order: [String], renamed: Bool) -> MemoryFile {
    let weights = order.map { variable -> (String, [Int]) in
      let name = renamed ? "old_" + variable : variable
      return (name + ":0", variables[variable] ?? [])
    }
    var file = MemoryFile(groups: [("base", weights)])
    // The values depend on the variable only, not on the name it is stored under.
    for variable in order {
      let path = "/model_weights/base/" + (renamed ? "old_" : "") + variable + ":0"
      let count = (variables[variable] ?? []).reduce(1, *)
      file.values[path] = (0..<count).map { MemoryFile.first(variable) + Float($0) }
    }
    return file
  }

  @Test(arguments: [(false, trained), (true, halfFrozen)])
  func findsNestedWeightsByNameAndByOrder(frozen: Bool, order: [String]) throws {
    let text = Self.nested(frozen: frozen)
    let expected = try Self.file(order, renamed: false).load(text).graph
    // By name the order does not matter, in particular that of another set of frozen layers.
    #expect(try Self.file(order.reversed(), renamed: false).load(text).graph == expected)
    #expect(try Self.file(Self.trained, renamed: false).load(text).graph == expected)
    // Without names, the order of trained and frozen weights decides.
    #expect(try Self.file(order, renamed: true).load(text).graph == expected)
    guard case .convolution(let first) = expected.nodes[1].operation else {
      Issue.record("\(expected.operations)")
      return
    }
    #expect(first.bias?.floats?.first == MemoryFile.first("c1/bias"))
  }

  @Test func refusesAnOrderThatContradictsTheVariables() {
    // Layer by layer, as a naive reader would expect, under names that help nobody.
    let order = ["c1", "b1", "c2", "b2"].flatMap { layer in
      (layer.hasPrefix("c")
        ? ["kernel", "bias"] : ["gamma", "beta", "moving_mean", "moving_variance"])
        .map { "\(layer)/\($0)" }
    }
    let text = message(Self.file(order, renamed: true), Self.nested(frozen: false))
    #expect(
      text
        == "layer 'base/c2': expected 'kernel' [1, 2, 2], found 'old_b1/moving_mean:0' [2] in the file"
    )
  }

  private let dense = sequential("[null,3]", layer("Dense", "d", #""units":2"#))

  @Test func namesLayerExpectedAndFound() {
    typealias Weights = [(String, [Int])]
    func text(_ weights: Weights) -> String {
      message(MemoryFile(groups: [("d", weights)]), dense)
    }
    #expect(
      text([("d/kernel:0", [3, 5]), ("d/bias:0", [5])])
        == "layer 'd': expected 'kernel' [3, 2], found [3, 5] in the file")
    #expect(
      text([("d/bias:0", [2])])
        == "layer 'd': expected 'kernel' [3, 2], found no such weight in the file")
    #expect(
      text([("d/kernel:0", [3, 2]), ("d/bias:0", [2]), ("d/extra:0", [1])])
        == "layer 'd': expected 2 weights, found 3 in the file")
    #expect(
      text([("d/weird:0", [3, 2]), ("d/bias:0", [2])])
        == "layer 'd': expected 'kernel' [3, 2], found 'd/weird:0' [3, 2] in the file")
  }

  @Test func refusesGroupsThatAreNotOfTheModel() {
    let d = (name: "d", weights: [("d/kernel:0", [3, 2]), ("d/bias:0", [2])])
    let other = (name: "e", weights: [("e/kernel:0", [2, 2])])
    #expect(
      message(MemoryFile(groups: [d, other]), dense)
        == "layer 'e': expected 0 weights, found 1 in the file")
    #expect(
      message(MemoryFile(groups: [other]), dense)
        == "layer 'd': expected 'kernel' [3, 2], found no such weight in the file")
    var file = MemoryFile(groups: [d])
    file.attributes["/model_weights/top_level_model_weights"] = ["weight_names": ["w"]]
    #expect(message(file, dense).contains("top_level_model_weights"))
    file = MemoryFile(groups: [d])
    file.attributes["/model_weights"] = [:]
    #expect(message(file, dense) == "weights: expected an attribute 'layer_names', found none")
  }

  @Test func findsDirectoriesByClassAndCount() throws {
    let text = sequential(
      "[null,3]", layer("Dense", "b", #""units":2,"use_bias":false"#), layer("ReLU", "r"),
      layer("Dense", "a", #""units":2,"use_bias":false"#))
    var file = MemoryFile(tree: [
      ("/layers/dense/vars/0", [3, 2]), ("/layers/dense_1/vars/0", [2, 2]),
    ])
    let graph = try file.load(text).graph
    guard case .dense(let last) = graph.nodes[2].operation else {
      Issue.record("\(graph.operations)")
      return
    }
    let stored = try file.elements("/layers/dense_1/vars/0")
    #expect(last.weights.floats == [stored[0], stored[2], stored[1], stored[3]])
    // Names agree with the order: nothing changes. Names that belong to others are not used.
    file.attributes["/layers/dense/vars"] = ["name": ["b"]]
    file.attributes["/layers/dense_1/vars"] = ["name": ["a"]]
    #expect(try file.load(text).graph == graph)
    file.attributes["/layers/dense_1/vars"] = ["name": ["dense_17"]]
    #expect(try file.load(text).graph == graph)
  }

  @Test func prefersNamesToTheCountWhereTheyAreComplete() throws {
    let text = sequential(
      "[null,2]", layer("Dense", "b", #""units":2,"use_bias":false"#),
      layer("Dense", "a", #""units":2,"use_bias":false"#))
    var file = MemoryFile(tree: [
      ("/layers/dense/vars/0", [2, 2]), ("/layers/dense_1/vars/0", [2, 2]),
    ])
    file.attributes["/layers/dense/vars"] = ["name": ["a"]]
    file.attributes["/layers/dense_1/vars"] = ["name": ["b"]]
    guard case .dense(let first) = try file.load(text).graph.nodes[0].operation else {
      Issue.record("not dense")
      return
    }
    #expect(first.weights.floats?[0] == (try file.elements("/layers/dense_1/vars/0"))[0])
  }

  @Test func refusesArraysOfATreeThatNoLayerUses() throws {
    let kernel = ("/layers/dense/vars/0", [3, 2])
    let bias = ("/layers/dense/vars/1", [2])
    _ = try MemoryFile(tree: [kernel, bias]).load(dense)
    // The state of training and of random generators is not the model's.
    let state = [
      ("/optimizer/vars/0", []), ("/layers/dropout/seed_generator/vars/0", [2]),
      ("/layers/sequential/optimizer/vars/3", [9]), ("/_metrics/mean/vars/0", []),
    ]
    _ = try MemoryFile(tree: [kernel, bias] + state).load(dense)
    for extra in ["/layers/dense/vars/2", "/layers/dense_1/vars/0", "/vars/0"] {
      #expect(message(MemoryFile(tree: [kernel, bias, (extra, [2])]), dense).contains("no layer"))
    }
    #expect(
      message(MemoryFile(tree: [kernel]), dense)
        == "layer 'd': expected 'bias' [2], found no such weight in the file")
  }

  @Test(arguments: ["/layers", "/_layer_checkpoint_dependencies", "/model/layers"])
  func findsTheLayersUnderEveryNameOfTheirGroup(container: String) throws {
    let file = MemoryFile(tree: [
      ("\(container)/dense/vars/0", [3, 2]), ("\(container)/dense/vars/1", [2]),
    ])
    #expect(try file.load(dense).layers.map { $0.parameterCount } == [8])
  }

  @Test func readsCuDNNLayoutsByShape() throws {
    let text = sequential("[null,5,3]", layer("CuDNNLSTM", "l", #""units":2"#))
    let file = MemoryFile(groups: [
      ("l", [("l/kernel:0", [3, 8]), ("l/recurrent_kernel:0", [2, 8]), ("l/bias:0", [16])])
    ])
    guard case .lstm(let lstm) = try file.load(text).graph.nodes[0].operation else {
      Issue.record("not an LSTM")
      return
    }
    let kernel = try file.elements("/model_weights/l/l/kernel:0")
    // Gate 1's block, flat: rows of [features × units], read as [units × features].
    let block = (0..<3).flatMap { row in (0..<2).map { kernel[row * 8 + 2 + $0] } }
    #expect(lstm.inputWeights.floats?[6..<12] == block[...])
    let bias = try file.elements("/model_weights/l/l/bias:0")
    #expect(lstm.bias.floats == (0..<8).map { bias[$0] + bias[$0 + 8] })
    // The plain layout under the same class.
    let plain = MemoryFile(groups: [
      ("l", [("l/kernel:0", [3, 8]), ("l/recurrent_kernel:0", [2, 8]), ("l/bias:0", [8])])
    ])
    guard case .lstm(let other) = try plain.load(text).graph.nodes[0].operation else { return }
    #expect(other.inputWeights.floats?[0..<3] == [kernel[0], kernel[8], kernel[16]])
  }

  @Test func keepsDirectionsApart() throws {
    let text = sequential(
      "[null,5,2]",
      layer(
        "Bidirectional", "b",
        #""merge_mode":"concat","layer":"# + layer("SimpleRNN", "r", #""units":2"#)))
    func names(_ order: [String]) -> [(String, [Int])] {
      order.flatMap { d in
        [
          ("b/\(d)_r/cell/kernel:0", [2, 2]), ("b/\(d)_r/cell/recurrent_kernel:0", [2, 2]),
          ("b/\(d)_r/cell/bias:0", [2]),
        ]
      }
    }
    let graph = try MemoryFile(groups: [("b", names(["forward", "backward"]))]).load(text).graph
    #expect(
      try MemoryFile(groups: [("b", names(["backward", "forward"]))]).load(text).graph == graph)
    #expect(graph.operations == ["SimpleRNN", "Reverse", "SimpleRNN", "Concatenate"])
    guard case .simpleRNN(let first) = graph.nodes[0].operation else { return }
    #expect(
      first.bias.floats?[0] == MemoryFile.first("/model_weights/b/b/forward_r/cell/bias:0"))
  }

  @Test func bindsASharedLayerOnce() throws {
    let model = FunctionalTests.shared
    let file = MemoryFile(groups: [("a", []), ("d", [("d/kernel:0", [3, 3]), ("d/bias:0", [3])])])
    #expect(try file.load(model).layers.map { $0.parameterCount } == [12, 0])
  }
}
