// SPDX-License-Identifier: Apache-2.0

import Mainspring
import Testing
import _MainspringTestSupport

/// Loops that TensorFlow writes for LSTMs of Keras 3 become LSTMs, and nothing else does. That they
/// answer as the loops do is up to ``TFLiteFileTests``.
struct KerasLoopTests {
  private func model() throws -> TFLiteModel {
    let bytes = try readFile("\(Conformance.root)/tflite/tf_k3_m1s_fp32.tflite")
    return try TFLiteModel(parsing: bytes.span.bytes)
  }

  private func layers(_ model: TFLiteModel) throws -> [LSTM] {
    try Graph(model).nodes.compactMap { node in
      guard case .lstm(let cell) = node.operation else { return nil }
      return cell
    }
  }

  @Test func loopsOfLSTMsAreLayers() throws {
    let model = try model()
    let layers = try layers(model)
    #expect(layers.map { $0.returnsSequence } == [true, false])
    // Nothing of the iterations is left.
    #expect(try Graph(model).nodes.count < 20)
  }

  @Test(arguments: ["gates", "function", "operand", "state", "result"])
  func otherLoopsStayWhatTheyAre(change: String) throws {
    var model = try model()
    let body = try #require(
      model.subgraphs.lastIndex { $0.operators.contains { $0.code == .split } })
    func operators(_ code: BuiltinOperator) -> [Int] {
      model.subgraphs[body].operators.indices.filter {
        model.subgraphs[body].operators[$0].code == code
      }
    }
    switch change {
    case "gates":
      model.subgraphs[body].operators[try #require(operators(.split).first)].outputs.swapAt(0, 3)
    case "function":
      model.subgraphs[body].operators[try #require(operators(.tanh).last)].code = .logistic
    case "operand":
      // The input gate lets through what the output gate should.
      let products = operators(.mul)
      let gates = operators(.logistic).map { model.subgraphs[body].operators[$0].outputs[0] }
      let last = try #require(products.last)
      let place = try #require(
        model.subgraphs[body].operators[last].inputs.firstIndex { gates.contains($0) })
      let gate = model.subgraphs[body].operators[last].inputs[place]
      model.subgraphs[body].operators[last].inputs[place] = try #require(
        gates.first { $0 != gate })
    case "state":
      // Neither state is zero.
      let loop = try #require(model.subgraphs[0].operators.last { $0.code == .while })
      for input in loop.inputs {
        let tensor = model.subgraphs[0].tensors[Int(input)]
        guard tensor.type == .float32, tensor.shape.count == 2 else { continue }
        model.buffers[tensor.buffer] = model.buffers[tensor.buffer].indices.map {
          $0 % 4 == 3 ? 0x3f : 0
        }
      }
    default:
      // The cell is what the loop hands on as its state.
      let outputs = model.subgraphs[body].outputs
      let state = model.subgraphs[body].operators[try #require(operators(.mul).last)].outputs[0]
      let cell = model.subgraphs[body].operators[try #require(operators(.tanh).last)].inputs[0]
      let place = try #require(outputs.firstIndex(of: state))
      model.subgraphs[body].outputs[place] = cell
    }
    // The other loop is the LSTM that it was.
    #expect(try layers(model).count == 1)
  }
}
