// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing

@testable import MainspringKeras

@Suite struct FunctionalTests {
  /// One layer called on an input and on its own result (Keras 2).
  static let shared = """
    {"class_name":"Functional","config":{"name":"m","layers":[
    {"class_name":"InputLayer","name":"a","config":{"name":"a","batch_input_shape":[null,3]},"inbound_nodes":[]},
    {"class_name":"Add","name":"s","config":{"name":"s","trainable":true,"dtype":"float32"},
     "inbound_nodes":[[["d",0,0,{}],["d",1,0,{}]]]},
    {"class_name":"Dense","name":"d","config":{"name":"d","trainable":true,"units":3},
     "inbound_nodes":[[["a",0,0,{}]],[["d",0,0,{}]]]}],
    "input_layers":[["a",0,0]],"output_layers":[["s",0,0]]}}
    """

  private static let sharedFile = MemoryFile(groups: [
    ("a", []), ("d", [("d/kernel:0", [3, 3]), ("d/bias:0", [3])]), ("s", []),
  ])

  @Test func resolvesCallsByDependencyNotByOrder() throws {
    let graph = try Self.sharedFile.load(Self.shared).graph
    #expect(graph.operations == ["Dense", "Dense", "Add"])
    #expect(graph.nodes.map { graph.values[$0.output].name } == ["d", "d:1", "s"])
    #expect(graph.nodes[2].inputs == [graph.nodes[0].output, graph.nodes[1].output])
    #expect(graph.outputs == [graph.nodes[2].output])
  }

  @Test(arguments: [
    (#"["d",1,0,{}]"#, #"["d",2,0,{}]"#, "does not"),
    (#""inbound_nodes":[[["a",0,0,{}]],"#, #""inbound_nodes":[[["s",0,0,{}]],"#, "does not"),
    (#"[["a",0,0,{}]],"#, #"[["a",0,1,{}]],"#, "does not"),
    (#""output_layers":[["s",0,0]]"#, #""output_layers":[["x",0,0]]"#, "no such layer"),
    (#""output_layers":[["s",0,0]]"#, #""output_layers":[]"#, "inputs and outputs"),
    (#""output_layers":[["s",0,0]]"#, #""output_layers":[["s",-1,0]]"#, "[layer, node, tensor]"),
    (#""input_layers":[["a",0,0]]"#, #""input_layers":[["d",0,0]]"#, "inputs of the model"),
    // A call that needs its own result, and one with a state from elsewhere.
    (#"[["a",0,0,{}]],"#, #"[["a",0,0,{"initial_state":["d",0,0]}]],"#, "does not"),
    (#"[["a",0,0,{}]],"#, #"[["a",0,0,{"initial_state":["a",0,0]}]],"#, "initial_state"),
    (#"[["a",0,0,{}]],"#, #"[[7]],"#, "[layer, node, tensor]"),
    (#"[["a",0,0,{}]],"#, #"[["a",0,0,{}],["a",0,0,{}]],"#, "expected 1 tensor"),
  ])
  func refusesBrokenWiring(old: String, new: String, expected: String) {
    let text = Self.shared.replacing(old, with: new)
    #expect(text != Self.shared)
    let error = message(Self.sharedFile, text)
    #expect(error.contains(expected), "\(error)")
  }

  /// A nested model that two inputs share; Keras 2 counts its calls from 1.
  private func nested(_ first: Int) -> String {
    """
    {"class_name":"Functional","config":{"name":"m","layers":[
    {"class_name":"InputLayer","name":"a","config":{"name":"a","batch_input_shape":[null,3]},"inbound_nodes":[]},
    {"class_name":"InputLayer","name":"b","config":{"name":"b","batch_input_shape":[null,3]},"inbound_nodes":[]},
    {"class_name":"Sequential","name":"n","config":{"name":"n","layers":[
     {"class_name":"InputLayer","config":{"name":"i","batch_input_shape":[null,3]}},
     {"class_name":"Activation","config":{"name":"t","activation":"tanh"}}]},
     "inbound_nodes":[[["a",0,0,{}]],[["b",0,0,{}]]]},
    {"class_name":"Subtract","name":"s","config":{"name":"s","trainable":true},
     "inbound_nodes":[[["n",\(first),0,{}],["n",\(first + 1),0,{}]]]}],
    "input_layers":[["a",0,0],["b",0,0]],"output_layers":[["s",0,0]]}}
    """
  }

  @Test func countsCallsOfNestedModelsFromEither() throws {
    let file = MemoryFile(groups: [("a", []), ("b", []), ("n", []), ("s", [])])
    let graph = try file.load(nested(1)).graph
    #expect(try file.load(nested(0)).graph == graph)
    #expect(graph.nodes.map { graph.values[$0.output].name } == ["n/t", "n:1/t", "s"])
    #expect(graph.nodes[0].inputs == [graph.inputs[0]])
    #expect(graph.nodes[1].inputs == [graph.inputs[1]])
    #expect(message(file, nested(2)).contains("does not"))
  }

  @Test func refusesANestedModelCalledWithAnotherShape() {
    let file = MemoryFile(groups: [("a", []), ("b", []), ("n", []), ("s", [])])
    let text = nested(1).replacing(
      #""name":"i","batch_input_shape":[null,3]"#, with: #""name":"i","batch_input_shape":[null,4]"#
    )
    #expect(
      message(file, text) == "layer 'n/i': expected [null, 4] as input, found [1, 3]")
  }

  /// A functional model of Keras 3 over one input, with recorded functions.
  private func keras3(_ layers: String, output: String) -> String {
    """
    {"class_name":"Functional","config":{"name":"m","layers":[
    {"class_name":"InputLayer","name":"x","config":{"name":"x","batch_shape":[null,4,6]},"inbound_nodes":[]},
    \(layers)],"input_layers":["x",0,0],"output_layers":["\(output)",0,0]}}
    """
  }

  private let tensor =
    #"{"class_name":"__keras_tensor__","config":{"keras_history":["x",0,0]}}"#

  private func function(_ kind: String, _ arguments: String, _ settings: String = "") -> String {
    #"{"class_name":"\#(kind)","name":"f","config":{"name":"f"\#(settings)},"#
      + #""inbound_nodes":[{"args":[\#(arguments)],"kwargs":{}}]}"#
  }

  private let slice = #"{"class_name":"__slice__","config":{"start":null,"stop":null,"step":null}}"#

  @Test func buildsRecordedFunctions() throws {
    func shape(_ kind: String, _ arguments: String, _ settings: String = "") throws -> [Int] {
      let graph = try MemoryFile(tree: []).load(
        keras3(function(kind, arguments, settings), output: "f")
      ).graph
      #expect(graph.values[graph.outputs[0]].name == "f")
      return graph.shape(of: graph.outputs[0]).extents
    }
    #expect(try shape("Add", "\(tensor),2.5") == [1, 4, 6])
    #expect(try shape("Multiply", "\(tensor),[1,2,3,4,5,6]") == [1, 4, 6])
    #expect(try shape("Mean", tensor, #","axis":[1],"keepdims":true"#) == [1, 1, 6])
    #expect(try shape("Max", tensor, #","axis":-1,"keepdims":false"#) == [1, 4])
    #expect(try shape("Reshape", tensor, #","newshape":[-1,8,3]"#) == [1, 8, 3])
    #expect(try shape("Transpose", tensor, #","axes":[0,2,1]"#) == [1, 6, 4])
    #expect(try shape("GetItem", "\(tensor),[\(slice),-1]") == [1, 6])
    #expect(try shape("ExpandDims", tensor, #","axis":-1"#) == [1, 4, 6, 1])
    #expect(try shape("Concatenate", "[\(tensor),\(tensor)]", #","axis":1"#) == [1, 8, 6])
    #expect(try shape("Stack", "[\(tensor),\(tensor)]", #","axis":1"#) == [1, 2, 4, 6])
  }

  @Test(arguments: [
    ("Mean", #","axis":[0]"#, "after the batch"), ("Mean", "", "after the batch"),
    ("Mean", #","axis":[9]"#, "after the batch"), ("Mean", #","axis":[1,-2]"#, "after the batch"),
    ("Transpose", #","axes":[1,0,2]"#, "the batch in front"),
    ("Transpose", #","axes":[0,1,1]"#, "a permutation"),
    ("Reshape", #","newshape":[-1,7]"#, "24 elements"),
    ("Reshape", #","newshape":[-1,-1]"#, "24 elements"),
    ("Reshape", #","newshape":[0,24]"#, "24 elements"),
    ("Reshape", #","newshape":[-1,4611686018427387904,2]"#, "newshape"),
    ("Erf", "", "the operation Erf is not supported"),
  ])
  func refusesFunctionsWithBadSettings(kind: String, settings: String, expected: String) {
    let error = message(
      MemoryFile(tree: []), keras3(function(kind, tensor, settings), output: "f"))
    #expect(error.contains(expected), "\(error)")
  }

  @Test(arguments: [
    #"{"class_name":"__slice__","config":{"start":9,"stop":null,"step":null}}"#,
    #"{"class_name":"__slice__","config":{"start":null,"stop":null,"step":0}}"#, "6", "-5",
    #"{"class_name":"__slice__","config":{"start":0.5,"stop":null,"step":1}}"#, #""x""#,
  ])
  func refusesSlicesOutsideTheTensor(entry: String) {
    let text = keras3(function("GetItem", "\(tensor),[\(slice),\(entry)]"), output: "f")
    #expect(message(MemoryFile(tree: []), text).contains("key: expected"))
  }

  @Test func slicesAsPythonDoes() throws {
    func slice(_ start: String, _ stop: String, _ step: String) throws -> Slice? {
      let entry =
        #"{"class_name":"__slice__","config":{"start":\#(start),"stop":\#(stop),"step":\#(step)}}"#
      let graph = try MemoryFile(tree: []).load(
        keras3(function("GetItem", "\(tensor),[\(self.slice),\(self.slice),\(entry)]"), output: "f")
      ).graph
      guard case .slice(let slice) = graph.nodes[0].operation else { return nil }
      return slice
    }
    func expect(_ slice: Slice?, _ begin: Int, _ count: Int, _ stride: Int) {
      #expect(slice?.begin.last == begin && slice?.count.last == count)
      #expect(slice?.stride.last == stride)
    }
    expect(try slice("1", "-1", "null"), 1, 4, 1)
    expect(try slice("null", "null", "-1"), 5, 6, -1)
    expect(try slice("-2", "null", "2"), 4, 1, 2)
    expect(try slice("0", "100", "4"), 0, 2, 4)
    expect(try slice("4", "1", "-2"), 4, 2, -2)
  }

  @Test func takesDictionariesInTheOrderOfTheirKeys() throws {
    let text = """
      {"class_name":"Functional","config":{"name":"m","layers":[
      {"class_name":"InputLayer","name":"a","config":{"name":"a","batch_shape":[null,3]},"inbound_nodes":[]},
      {"class_name":"InputLayer","name":"b","config":{"name":"b","batch_shape":[null,4]},"inbound_nodes":[]}],
      "input_layers":{"z":["a",0,0],"c":["b",0,0]},"output_layers":{"q":["a",0,0],"p":["b",0,0]}}}
      """
    let graph = try MemoryFile(tree: []).load(text).graph
    #expect(graph.inputs.map { graph.values[$0].name } == ["b", "a"])
    #expect(graph.outputs.map { graph.values[$0].name } == ["b", "a"])
  }
}
