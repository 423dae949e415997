// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

/// Small files that ask for much work or memory, and names that would disturb a terminal.
@Suite struct HostileTests {
  private func refusal(_ sketch: ModelSketch) -> TFLiteError? {
    do throws(TFLiteError) {
      _ = try Graph(sketch.model)
      return nil
    } catch {
      return error
    }
  }

  /// FILL of `count` ones, summed and added to an input; `padding` bytes of constant beside it.
  private func fill(_ count: Int32, padding: Int = 0) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 1])
    let filled = sketch.add(
      .fill, [sketch.ints([1, count]), sketch.floats("one", [], [1])], [1, count], .float32, 68)
    let sum = sketch.add(
      .sum, [filled, sketch.ints([1])], [1, 1], .float32, 27, .init(0, .bool(true)))
    sketch.output(sketch.add(.add, [x, sum], [1, 1], .float32, 11))
    if padding > 0 {
      sketch.model.buffers.append([UInt8](repeating: 1, count: padding))
    }
    return sketch
  }

  @Test func constantsAreInProportionToTheFile() throws {
    let graph = try Graph(fill(1 << 16).model)
    #expect(try Interpreter.run(graph, [[1]]) == [[65537]])
    let error = refusal(fill(1 << 24))
    guard case .limit(let place, let what, let maximum) = error else {
      Issue.record("expected a limit, found \(String(describing: error))")
      return
    }
    #expect(place == "operator 0 (FILL)")
    #expect(what == "elements to fold at load time")
    #expect(maximum > 1 << 22 && maximum < 1 << 23)
    // A file of a megabyte may have as many.
    #expect(refusal(fill(1 << 24, padding: 1 << 20)) == nil)
    #expect(refusal(fill(1 << 26, padding: 1 << 24)) != nil)
  }

  @Test(arguments: [0, 1]) func constantsAreJoinedInTheirOrder(axis: Int32) throws {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1])
    let none: [Int32] = axis == 0 ? [0, 2] : [2, 0]
    let value = sketch.floats("", [], [1])
    var parts = [sketch.add(.fill, [sketch.ints(none), value], none, .float32, 68)]
    var rows = [[Double]](repeating: [], count: 2)
    for number in 0..<50 {
      let first = Float(4 * number)
      parts.append(sketch.floats("", [2, 2], [first, first + 1, first + 2, first + 3]))
      rows[0] += [Double(first), Double(first) + 1]
      rows[1] += [Double(first) + 2, Double(first) + 3]
    }
    let shape: [Int32] = axis == 0 ? [100, 2] : [2, 100]
    let joined = sketch.add(.concatenation, parts, shape, .float32, 10, .init(0, .int(axis)))
    sketch.output(sketch.add(.mul, [x, joined], shape, .float32, 21))
    let result = try Interpreter.run(try Graph(sketch.model), [[1]])
    #expect(result == [axis == 1 ? rows[0] + rows[1] : (0..<200).map { Double($0) }])
  }

  @Test func nothingIsJoinedAtOnce() {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1])
    let shape = sketch.ints([1 << 26, 0])
    let one = sketch.floats("", [], [1])
    let empty = sketch.add(.fill, [shape, one], [1 << 26, 0], .float32, 68)
    let parts = [Int32](repeating: empty, count: 60_000)
    _ = sketch.add(.concatenation, parts, [1 << 26, 0], .float32, 10, .init(0, .int(1)))
    sketch.output(sketch.add(.tanh, [x], [1]))
    #expect(refusal(sketch) == nil)
  }

  @Test func operandsCountInEveryIteration() {
    var sketch = ModelSketch.loop(times: 9_000, rows: 2)
    // A concatenation of nothing, 60,000 times, at the beginning of the body.
    sketch.model.buffers.append([0, 0, 0, 0])
    func append(_ name: String, _ shape: [Int32], _ type: TensorType, buffer: Int) -> Int32 {
      var record = TFLiteModel.TensorRecord(name: name, shape: shape, type: type)
      record.buffer = buffer
      sketch.model.subgraphs[2].tensors.append(record)
      return Int32(sketch.model.subgraphs[2].tensors.count - 1)
    }
    let zeros = sketch.model.buffers.count - 1
    let shape = append("shape", [1], .int32, buffer: zeros)
    let value = append("value", [], .float32, buffer: zeros)
    let empty = append("empty", [0], .float32, buffer: 0)
    let joined = append("joined", [0], .float32, buffer: 0)
    sketch.model.subgraphs[2].operators.insert(
      contentsOf: [
        .init(
          code: .fill, inputs: [shape, value], outputs: [empty], options: .init(table: 68)),
        .init(
          code: .concatenation, inputs: [Int32](repeating: empty, count: 60_000),
          outputs: [joined], options: .init(table: 10)),
      ], at: 0)
    guard case .limit = refusal(sketch) else {
      Issue.record("expected a limit, found \(String(describing: refusal(sketch)))")
      return
    }
  }

  @Test(arguments: [100, 1_000]) func scansOfASharedConstantAreWork(count: Int) {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1])
    let shared = sketch.floats("", [50_000], [Float](repeating: 1, count: 50_000))
    for _ in 0..<count {
      _ = sketch.add(.cast, [shared], [50_000], .float32, 37, .init(0, .byte(0)))
    }
    sketch.output(sketch.add(.tanh, [x], [1]))
    let error = refusal(sketch)
    guard count > 100 else {
      #expect(error == nil)
      return
    }
    guard case .limit(_, let what, _) = error else {
      Issue.record("expected a limit, found \(String(describing: error))")
      return
    }
    #expect(what == "elements to fold at load time")
  }

  /// A softmax, 1,000 times; its options have a vtable with room for this many fields.
  private func softmaxes(fieldCount: Int) throws -> [UInt8] {
    guard case .table(var model) = softmax(1).model.flat(),
      case .tables(let subgraphs) = model[2], case .table(var subgraph) = subgraphs[0],
      case .tables(let operators) = subgraph[3], case .table(var softmax) = operators[0],
      case .table(let options) = softmax[4]
    else {
      throw TestFailure()
    }
    softmax[4] = .longTable(options, fieldCount: fieldCount)
    subgraph[3] = .repeated(.table(softmax), count: 1_000)
    model[2] = .tables([.table(subgraph)])
    return Flat.table(model).file()
  }

  private struct TestFailure: Error {}

  @Test func aLongVtableIsPaidForByEachTableThatUsesIt() throws {
    let short = try softmaxes(fieldCount: 2)
    #expect(try TFLiteModel(parsing: short.span.bytes).subgraphs[0].operators.count == 1_000)
    let long = try softmaxes(fieldCount: 30_000)
    let error = #expect(throws: TFLiteError.self) { try TFLiteModel(parsing: long.span.bytes) }
    #expect(error?.description.contains("content in proportion to the file") == true)
  }

  @Test func namesInMessagesAreOneLineOfText() throws {
    func message(_ name: String) -> String {
      var sketch = ModelSketch.dense()
      sketch.model.subgraphs[0].tensors[0].type = .int8
      sketch.model.subgraphs[0].tensors[0].name = name
      return refusal(sketch)?.description ?? ""
    }
    #expect(message("größe/x").hasPrefix("tensor 0 'größe/x': "))
    #expect(
      message("a\u{1b}[2J\nb\u{9b}\u{202e}\u{feff}\u{200b}c\u{7f}").hasPrefix(
        #"tensor 0 'a\u{1b}[2J\u{a}b\u{9b}\u{202e}\u{feff}\u{200b}c\u{7f}': "#))
    #expect(
      message(String(repeating: "n", count: 100_000)).hasPrefix(
        "tensor 0 '\(String(repeating: "n", count: 80))…': "))
  }

  @Test func allKindsOfNamesAreEscaped() throws {
    let bad = "x\r\n\u{1b}]0;t\u{7}"
    var custom = ModelSketch()
    let x = custom.input("x", [1])
    custom.output(custom.add(.custom, [x], [1]))
    custom.model.subgraphs[0].operators[0].customCode = bad
    var signature = ModelSketch.dense()
    signature.model.signatures[0].key = bad
    signature.model.signatures[0].subgraph = 9
    var metadata = ModelSketch.dense()
    metadata.model.metadata = [.init(name: bad, buffer: 99)]
    var subgraph = ModelSketch.loop(times: 2, rows: 2)
    subgraph.model.subgraphs[2].name = bad
    subgraph.model.subgraphs[2].operators[0].code = .topkV2
    for sketch in [custom, signature, metadata, subgraph] {
      let text = refusal(sketch)?.description ?? ""
      #expect(text.contains(#"'x\u{d}\u{a}\u{1b}]0;t\u{7}'"#), "\(text.debugDescription)")
      #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    }
    // Refused before there is a model.
    var strings = ModelSketch.dense()
    strings.model.subgraphs[0].tensors[0].name = bad
    strings.model.subgraphs[0].tensors[0].type = TensorType(code: 5)
    let bytes = strings.model.flat().file()
    let error = #expect(throws: TFLiteError.self) { try TFLiteModel(parsing: bytes.span.bytes) }
    #expect(error?.description.contains(#"'x\u{d}\u{a}"#) == true)
  }

  @Test func manyAxesAreRefusedAtOnce() {
    var sketch = ModelSketch()
    sketch.output(sketch.input("x", [Int32](repeating: 1, count: 33)))
    #expect(refusal(sketch)?.description == "tensor 0 'x': expected at most 32 axes, found 33")
  }

  @Test(arguments: [0, .nan, .infinity, -.infinity] as [Float])
  func aSoftmaxNeedsAFiniteBeta(beta: Float) {
    #expect(refusal(softmax(beta))?.description.contains("a finite beta other than 0") == true)
  }

  @Test(arguments: [1, 0.5, -1.5] as [Float]) func aSoftmaxMayFavourTheSmallest(beta: Float) throws
  {
    let graph = try Graph(softmax(beta).model)
    let result = try Interpreter.run(graph, [[0, 1]])[0]
    #expect(abs(result[1] / result[0] - exponential(Double(beta))) < 1e-6)
  }

  private func softmax(_ beta: Float) -> ModelSketch {
    var sketch = ModelSketch()
    let x = sketch.input("x", [1, 2])
    sketch.output(sketch.add(.softmax, [x], [1, 2], .float32, 9, .init(0, .float(beta))))
    return sketch
  }

  private func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for n in 1...40 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
