// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import Testing

/// What no kernel of stock runtimes computes is refused by name.
@Suite struct IntegerRefusalTests {
  private func refusal(
    _ options: EncodingOptions = EncodingOptions(),
    _ make: (inout ModelMaker) throws -> ValueID
  ) throws -> String {
    var maker = ModelMaker(seed: 3)
    let result = try make(&maker)
    let graph = try maker.finish(result)
    do {
      _ = try convert(graph, options: options)
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [Unary.Function.negate, .square]) func functionsWithoutKernels(
    function: Unary.Function
  ) throws {
    let words = try refusal { maker in
      let x = try maker.input([2], maker.int8Type())
      return try maker.scaled(.unary(Unary(function)), x)
    }
    #expect(words.hasSuffix("has no kernel for int8 in stock runtimes"))
  }

  @Test(arguments: [
    Operator.unary(Unary(.gelu(approximate: false))), .unary(Unary(.elu)),
    .unary(Unary(.hardSwish)), .logSoftmax(LogSoftmax()), .tile(Tile(multiples: [2])),
    .reduce(Reduce(kind: .sum, axes: [0], keepsAxes: true)),
  ]) func operatorsWithoutKernelsForInt16(operation: Operator) throws {
    let words = try refusal { maker in
      let x = try maker.input([2], maker.type(.int16))
      return try maker.same(operation, x)
    }
    #expect(words.hasSuffix("\(operation.name) has no kernel for int16 in stock runtimes"))
  }

  @Test func resultsOfAnotherScaleThanKernelsGive() throws {
    let words = try refusal { maker in
      let x = try maker.input([1, 2], maker.int8Type())
      return try maker.same(.softmax(Softmax()), x)
    }
    #expect(words == "'softmax_0': Softmax gives integers of another scale in stock runtimes")
  }

  @Test func copiesToAnotherScale() throws {
    for operation in [
      Operator.concatenate(Concatenate(axis: 0)), .reverse(Reverse(axes: [0])),
      .binary(Binary(.maximum)),
    ] {
      let words = try refusal { maker in
        let x = try maker.input([2], maker.int8Type())
        let y = try maker.input([2], maker.int8Type())
        let operands = operation.name == "Reverse" ? [x] : [x, y]
        return try maker.add(operation, operands, maker.graph.values[y].type)
      }
      #expect(words.hasSuffix("cannot give integers another scale"))
    }
  }

  @Test func typesThatDoNotGoTogether() throws {
    let mixed = try refusal { maker in
      let x = try maker.input([2], maker.int8Type())
      let y = try maker.input([2])
      return try maker.add(.binary(Binary(.add)), [x, y], maker.int8Type())
    }
    #expect(mixed == "'add_0': Add cannot mix int8 and float32")
    let unscaled = try refusal { maker in
      let x = try maker.input([2], ValueType(.int8))
      return try maker.same(.unary(Unary(.relu)), x)
    }
    #expect(unscaled.contains("needs int8 with one scale above 0 and a zero point inside"))
    let shifted = try refusal { maker in
      let x = try maker.input([2], ValueType(.int16, Quantization(scale: 1, zeroPoint: 1)))
      return try maker.same(.unary(Unary(.relu)), x)
    }
    #expect(shifted.contains("needs int16 with one scale above 0 and a zero point inside"))
    let back = try refusal { maker in
      try maker.add(.dequantize(Dequantize()), [try maker.input([2])], nil)
    }
    #expect(back.contains("takes integers and gives floats"))
    let forth = try refusal { maker in
      try maker.add(.quantize(Quantize()), [try maker.input([2])], nil)
    }
    #expect(forth.contains("gives float32, no integers"))
  }

  @Test func weightsThatDoNotGoWithTheirOperand() throws {
    func dense(_ weights: Tensor, _ bias: Tensor?) throws -> String {
      try refusal { maker in
        let x = try maker.input([1, 2], maker.int8Type())
        return try maker.same(.dense(Dense(weights: weights, bias: bias)), x)
      }
    }
    let shape = try Shape([2, 2])
    let bytes = Tensor.Elements.int8([1, 2, 3, 4])
    let floats = Tensor(shape: shape, floats: [1, 2, 3, 4])
    #expect(
      try dense(floats, nil)
        == "'dense_0': Dense has no kernel for int8 to int8 with weights of float32")
    let good = Tensor(
      shape: shape, elements: bytes, quantization: Quantization(scale: 1, zeroPoint: 0))
    #expect(
      try dense(good, try Tensor(vector: [1, 2]))
        == "'dense_0': Dense has no kernel for int8 to int8 with weights of int8 and a bias of "
        + "float32")
    for quantization in [
      nil, Quantization(scale: 1, zeroPoint: 1), Quantization(scale: 0, zeroPoint: 0),
      Quantization(scale: .nan, zeroPoint: 0),
      Quantization(scales: [1, 1, 1], zeroPoints: [0, 0, 0]),
      Quantization(scales: [1, 1], zeroPoints: [0, 0], axis: 1),
      Quantization(scales: [1, 1], zeroPoints: [0]),
    ] {
      let weights = Tensor(shape: shape, elements: bytes, quantization: quantization)
      #expect(try dense(weights, nil).contains("around zero with one scale"))
    }
  }

  @Test func recurrentLayersOfIntegersAreFused() throws {
    for form in [EncodingOptions.Recurrent.while, .unrolled] {
      let options = EncodingOptions(recurrent: form)
      for type in [ValueType.int8(scale: 1, zeroPoint: 0), .float32] {
        let words = try refusal(options) { maker in
          let x = try maker.input([1, 3, 2], type)
          return try maker.lstmLayer(2, x, returnsSequence: true)
        }
        #expect(words.contains("cannot be written step by step, only as a fused LSTM"))
      }
    }
    // On integers a layer has the scales of its steps, and stands between operands of their type.
    for type in [ValueType.int8(scale: 1, zeroPoint: 0), .int16(scale: 1)] {
      let gru = try refusal { maker in
        let x = try maker.input([1, 3, 2], type)
        let y = try maker.steppedLayer(0, 2, x, returnsSequence: true)
        guard case .gru(var gru) = maker.graph.nodes[0].operation else { return y }
        if type.elementType == .int16 {
          gru.integerStep = nil
        } else {
          gru.integerStep?.values.removeLast()
        }
        return try maker.add(.gru(gru), [x], maker.graph.values[y].type)
      }
      #expect(
        gru.contains(
          type.elementType == .int16
            ? "GRU with int16 cannot be written step by step"
            : "an integer step: expected 7 types of values, found 6"), "\(gru)")
    }
  }

  @Test(arguments: [Float(0.0003), 0x1p-16, 0x1p-8]) func cellsWithoutAPowerOfTwo(scale: Float)
    throws
  {
    let words = try refusal { maker in
      let x = try maker.input([1, 3, 2], maker.int8Type())
      let y = try maker.lstmLayer(2, x, returnsSequence: true)
      guard case .lstm(var lstm) = maker.graph.nodes[0].operation else { return y }
      lstm.integerState?.cellScale = scale
      return try maker.add(.lstm(lstm), [x], maker.graph.values[y].type)
    }
    #expect(words.contains("and this state"))
  }

  @Test func slopesAndBiasesWithoutGoodScales() throws {
    for scale in [Float.nan, 0, .infinity] {
      let prelu = try refusal { maker in
        let x = try maker.input([1, 2], maker.int8Type())
        let slope = Tensor(
          shape: try Shape([2]), elements: .int8([1, 2]),
          quantization: Quantization(scale: scale, zeroPoint: 0))
        return try maker.scaled(.parametricReLU(ParametricReLU(slope: slope)), x)
      }
      #expect(prelu.contains("PReLU cannot mix int8 with a slope of int8"))
      let lstm = try refusal { maker in
        let x = try maker.input([1, 3, 2], maker.int8Type())
        let y = try maker.lstmLayer(2, x, returnsSequence: true)
        guard case .lstm(var lstm) = maker.graph.nodes[0].operation else { return y }
        lstm.bias.quantization = Quantization(
          scales: [1, 1, 1, scale], zeroPoints: [0, 0, 0, 0])
        return try maker.add(.lstm(lstm), [x], maker.graph.values[y].type)
      }
      #expect(lstm.contains("and this state"))
    }
  }

  @Test func depthwiseWeightsThatKernelsMisread() throws {
    let words = try refusal { maker in
      let x = try maker.input([1, 3, 3, 2])
      return try maker.convolutionLayer(2, .one, x, groups: 2, scales: 1)
    }
    #expect(words.contains("of floats with one scale for all weights is misread by kernels"))
  }

  @Test func depthwiseBiasesThatAreTooShort() throws {
    let words = try refusal { maker in
      let x = try maker.input([1, 3, 3, 2], maker.type(.int16))
      return try maker.convolutionLayer(2, .one, x, groups: 2, scales: 2, hasShortBias: true)
    }
    #expect(words.contains("of int16 has no kernel for a bias of int32, only of int64"))
  }

  @Test func scaleAndShiftOfIntegers() throws {
    let words = try refusal { maker in
      let x = try maker.input([1, 2], maker.int8Type())
      let vector = try maker.weights([2])
      return try maker.same(.scaleShift(ScaleShift(scale: vector, shift: vector)), x)
    }
    #expect(words.contains("ScaleShift of int8 is written as a convolution"))
  }
}
