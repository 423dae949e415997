// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct DecodingTests {
  private func refusal(_ sketch: ModelSketch) -> String {
    do {
      _ = try Graph(sketch.model)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func aDenseLayerKeepsWeightsNamesAndActivation() throws {
    let graph = try Graph(ModelSketch.dense().model)
    #expect(graph.nodes.count == 1)
    guard case .dense(let dense) = graph.nodes[0].operation else {
      Issue.record("no dense layer")
      return
    }
    #expect(dense.weights == Tensor(shape: try Shape([2, 3]), floats: [1, 2, 3, 4, 5, 6]))
    #expect(dense.activation == .relu)
    #expect(graph.values.map { $0.name } == ["x", "y"])
    #expect(try Interpreter.run(graph, [[1, 0, -1]]) == [[0, 0]])
    #expect(try Interpreter.run(graph, [[1, 1, 1]]) == [[6.5, 14.5]])
  }

  @Test func aDynamicBatchRunsAsOne() throws {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 4], signature: [-1, 4])
    let shape = sketch.ints([-1, 2, 2])
    sketch.output(sketch.add(.reshape, [x, shape], [1, 2, 2]))
    #expect(try Graph(sketch.model).shape(of: 1).extents == [1, 2, 2])
    sketch.model.subgraphs[0].tensors[0].shapeSignature = [1, -1]
    #expect(refusal(sketch).contains("axis 1 has no fixed extent"))
  }

  @Test func shapeArithmeticIsFolded() throws {
    // RESHAPE to PACK(GATHER(SHAPE x, 0), 2 · 3)
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 6])
    let extents = sketch.add(.shape, [x], [2], .int32, 55, .init(0, .byte(2)))
    let (two, three) = (sketch.int(2), sketch.int(3))
    let six = sketch.add(.mul, [two, three], [], .int32, 21)
    let zero = sketch.int(0)
    let batch = sketch.add(.gather, [extents, zero], [], .int32, 23)
    let shape = sketch.add(
      .pack, [six, batch], [2], .int32, 59, .init(0, .int(2)))
    sketch.output(sketch.add(.reshape, [x, shape], [6, 1]))
    let graph = try Graph(sketch.model)
    #expect(graph.nodes.map { $0.operation } == [.reshape(Reshape(to: try Shape([6, 1])))])
  }

  @Test func strideSlicesReadAsNumPyDoes() throws {
    let x = (0..<24).map { Double($0) }
    func slice(
      _ begin: [Int32], _ end: [Int32], _ stride: [Int32], _ result: [Int32],
      _ masks: OptionsRecord.Field...
    ) throws -> [Double] {
      var sketch = ModelSketch()
      let input = sketch.input("x", [2, 3, 4])
      let operands = [input, sketch.ints(begin), sketch.ints(end), sketch.ints(stride)]
      let y = sketch.tensor("y", result)
      sketch.add(.stridedSlice, operands, to: [y], 32)
      sketch.model.subgraphs[0].operators[0].options.fields = masks
      sketch.output(y)
      return try Interpreter.run(try Graph(sketch.model), [x])[0]
    }
    // x[1, -1, 0]
    #expect(try slice([1, -1, 0], [0, 0, 0], [1, 1, 1], [], .init(4, .int(7))) == [20])
    // x[:, -1, :]
    let last = try slice(
      [0, -1, 0], [0, 0, 0], [1, 1, 1], [2, 4], .init(0, .int(5)), .init(1, .int(5)),
      .init(4, .int(2)))
    #expect(last == [8, 9, 10, 11, 20, 21, 22, 23])
    // x[..., ::-2]
    let backwards = try slice(
      [0, 0], [0, 0], [1, -2], [2, 3, 2], .init(0, .int(2)), .init(1, .int(2)), .init(2, .int(1)))
    #expect(backwards == [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21])
    // x[0:99, newaxis, 2:1]
    let nothing = try slice(
      [0, 0, 2], [99, 0, 1], [1, 1, 1], [2, 1, 0, 4], .init(3, .int(2)))
    #expect(nothing.isEmpty)
  }

  @Test func aLoopIsUnrolledAndItsRowsAreJoinedOnce() throws {
    let graph = try Graph(ModelSketch.loop(times: 5, rows: 6).model)
    let joins = graph.nodes.filter { if case .concatenate = $0.operation { true } else { false } }
    #expect(joins.count == 1)
    #expect(joins.first?.inputs.count == 6)
    let result = try Interpreter.run(graph, [[1, 10]])
    #expect(result[0] == [5, 50])
    #expect(result[1] == [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 0, 0])
  }

  @Test func aLoopThatNeverRunsHandsItsVariablesOn() throws {
    let graph = try Graph(ModelSketch.loop(times: 0, rows: 2).model)
    #expect(try Interpreter.run(graph, [[1, 2]]) == [[0, 0], [0, 0, 0, 0]])
  }

  @Test func endlessAndEnormousWorkIsRefused() throws {
    #expect(refusal(.loop(times: .max, rows: 2)).contains("more than"))
    // A body that is its own loop.
    var recursion = ModelSketch.loop(times: 3, rows: 2)
    var again = recursion.model.subgraphs[0].operators[0]
    again.inputs = [0, 1, 2, 3]
    recursion.model.subgraphs[2].operators = [again]
    recursion.model.subgraphs[2].outputs = [0, 1, 2, 3]
    recursion.model.subgraphs[2].operators[0].outputs = [4, 5, 6, 7]
    #expect(!refusal(recursion).isEmpty)

    var fill = ModelSketch()
    _ = fill.input("x", [1])
    let shape = fill.ints([1 << 14, 1 << 14])
    let value = fill.floats("v", [], [1])
    fill.output(fill.add(.fill, [shape, value], [1 << 14, 1 << 14]))
    #expect(refusal(fill).contains("more than"))
  }

  @Test func ordersOfUseAndAssignmentAreChecked() {
    var early = ModelSketch.dense()
    early.model.subgraphs[0].operators[0].inputs[0] = 3
    #expect(refusal(early).contains("operands computed before it"))
    var twice = ModelSketch.dense()
    twice.model.subgraphs[0].operators.append(twice.model.subgraphs[0].operators[0])
    #expect(refusal(twice).contains("results nothing else assigns"))
    var overwritten = ModelSketch.dense()
    overwritten.model.subgraphs[0].operators[0].outputs = [1]
    #expect(refusal(overwritten).contains("results nothing else assigns"))
    var unset = ModelSketch.dense()
    unset.model.subgraphs[0].operators = []
    #expect(refusal(unset).contains("an output that is computed"))
    var doubled = ModelSketch.dense()
    doubled.model.subgraphs[0].inputs = [0, 0]
    #expect(refusal(doubled).contains("listed once"))
  }

  @Test func theFilesShapesAreCompared() {
    var sketch = ModelSketch.dense()
    sketch.model.subgraphs[0].tensors[3].shape = [1, 3]
    #expect(
      refusal(sketch)
        == "operator 0 (FULLY_CONNECTED): expected shape [1, 3] as the file says, found [1, 2]")
  }

  @Test func onlyWhatTheFileLeavesOpenMayDifferFromItsShape() {
    func pooled(_ shape: [Int32], _ signature: [Int32]) -> String {
      var sketch = ModelSketch()
      let x = sketch.input("x", [4, 6])
      let y = sketch.tensor("y", shape, signature: signature)
      sketch.add(.reshape, [x, sketch.ints([2, 12])], to: [y], 17)
      sketch.output(y)
      return refusal(sketch)
    }
    #expect(pooled([1, 12], [-1, 12]) == "")
    // As TensorFlow has it in front of the product of a dense layer on sequences.
    #expect(pooled([1, 1], [-1, -1]) == "")
    #expect(pooled([2, 1], [-1, 1]).contains("expected shape [2, 1] as the file says"))
    #expect(pooled([1], [-1]).contains("expected shape [1] as the file says"))
    #expect(pooled([1, 12], []).contains("expected shape [1, 12] as the file says"))
  }

  @Test func listsInLoopsMayBeOfUnknownLength() {
    func summed(_ signature: [Int32]) -> String {
      var sketch = ModelSketch.loop(times: 2, rows: 2)
      // What the body adds up to, [1, 2].
      let sum = Int(sketch.model.subgraphs[2].outputs[1])
      sketch.model.subgraphs[2].tensors[sum].shape = [1, 1]
      sketch.model.subgraphs[2].tensors[sum].shapeSignature = signature
      return refusal(sketch)
    }
    #expect(summed([1, -1]) == "")
    #expect(summed([-1, 1]).contains("expected shape [1, 1] as the file says, found [1, 2]"))
    #expect(summed([]).contains("expected shape [1, 1] as the file says, found [1, 2]"))
  }

  @Test(
    arguments: [
      (BuiltinOperator.custom, "FlexErf", "an operator of TensorFlow itself"),
      (.custom, "Mine", "custom operators are not supported"),
      (.readVariable, "", "not frozen"), (.topkV2, "", "TOPK_V2): this operator is not supported"),
      (BuiltinOperator(code: 4711), "", "operator code 4711"),
    ]) func foreignOperatorsAreRefusedByName(code: BuiltinOperator, custom: String, words: String)
  {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1])
    sketch.output(sketch.add(code, [x], [1]))
    sketch.model.subgraphs[0].operators[0].customCode = custom
    #expect(refusal(sketch).contains(words))
  }

  @Test func absurdSettingsAreRefused() {
    func pool(_ fields: OptionsRecord.Field...) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.input("x", [1, 4, 4, 1])
      sketch.output(sketch.add(.maxPool2d, [x], [1, 2, 2, 1], .float32, 5))
      sketch.model.subgraphs[0].operators[0].options.fields = fields
      return sketch
    }
    let sizes: [OptionsRecord.Field] = [.init(3, .int(2)), .init(4, .int(2))]
    #expect(refusal(pool(sizes[0], sizes[1])).contains("stride"))
    #expect(refusal(pool(.init(1, .int(-1)), .init(2, .int(2)), sizes[0], sizes[1])) != "")
    #expect(refusal(pool(.init(0, .byte(7)), .init(1, .int(2)), .init(2, .int(2)))) != "")

    func moved(_ code: BuiltinOperator, _ table: UInt8, _ operand: [Int32]) -> ModelSketch {
      var sketch = ModelSketch()
      let x = sketch.input("x", [2, 3])
      let other = sketch.ints(operand)
      sketch.output(sketch.add(code, [x, other], [3, 2], .float32, table))
      return sketch
    }
    #expect(refusal(moved(.transpose, 26, [1, 1])).contains("permutation"))
    #expect(refusal(moved(.transpose, 26, [1, 2])).contains("an axis of [2, 3]"))
    #expect(refusal(moved(.reverseV2, 81, [-3])).contains("an axis of [2, 3]"))
    #expect(refusal(moved(.reshape, 17, [.max, .max])).contains("elements"))
    #expect(refusal(moved(.reshape, 17, [-1, -1])) != "")
    #expect(refusal(moved(.reshape, 17, [-1, 0])) != "")
    #expect(refusal(moved(.tile, 51, [-1, 1])) != "")
    #expect(refusal(moved(.gather, 23, [2])).contains("indices below 2"))
    #expect(refusal(moved(.pad, 22, [.max, .max, .max, .max])) != "")
    #expect(refusal(moved(.mean, 27, [7])) != "")
    #expect(refusal(moved(.expandDims, 52, [.min])) != "")
  }

  @Test func integerArithmeticNeverTraps() {
    for (code, a, b) in [
      (BuiltinOperator.floorDiv, Int32.min, Int32(0)), (.floorMod, 5, 0), (.div, 1, 0),
    ] {
      var sketch = ModelSketch()
      let (x, y) = (sketch.int(a), sketch.int(b))
      sketch.output(sketch.add(code, [x, y], [], .int32))
      #expect(refusal(sketch).contains("a quotient"))
    }
    for code in [BuiltinOperator.add, .sub, .mul] {
      var sketch = ModelSketch()
      let (x, y) = (sketch.int(.min), sketch.int(.min))
      sketch.output(sketch.add(code, [x, y], [], .int32))
      #expect(refusal(sketch).contains("an output of type int32"))
    }
  }

  @Test(arguments: [false, true]) func aClearedStateMakesAStatelessLayer(isCleared: Bool) throws {
    let graph = try Graph(RecurrentSketch.lstm(isCleared: isCleared).model)
    guard case .lstm(let lstm) = graph.nodes.first?.operation else {
      Issue.record("no LSTM")
      return
    }
    #expect(lstm.isStateful == !isCleared)
    #expect(lstm.cellClip == 10)
    #expect(lstm.inputWeights.floats == (0..<8).map { Float($0) })
    #expect(lstm.bias.floats == [0, 0, 0, 0, 2, 2, 0, 0])
  }

  @Test func odditiesOfRecurrentOperatorsAreRefused() {
    var peephole = RecurrentSketch.lstm(isCleared: true)
    let record = peephole.model.subgraphs[0].operators[2]
    peephole.model.subgraphs[0].operators[2].inputs[9] = record.inputs[14]
    #expect(refusal(peephole).contains("peepholes"))
    var linear = RecurrentSketch.lstm(isCleared: true)
    linear.model.subgraphs[0].operators[2].options.fields.removeFirst()
    #expect(refusal(linear).contains("only TANH"))
    var half = RecurrentSketch.lstm(isCleared: true)
    half.model.subgraphs[0].operators.removeFirst()
    #expect(refusal(half).contains("only a part is cleared"))
    var read = RecurrentSketch.lstm(isCleared: true)
    read.model.subgraphs[0].outputs = [record.inputs[18]]
    #expect(refusal(read).contains("a variable"))
  }
}
