// SPDX-License-Identifier: Apache-2.0

import MainspringConvert
import MainspringGraph
import MainspringTFLite
import Testing
import _MainspringTestSupport

@Suite struct RoundTripTests {
  private func decoded(_ graph: Graph, _ options: EncodingOptions) throws -> Graph {
    let bytes = try convert(graph, options: options)
    return try Graph(tflite: bytes.span.bytes)
  }

  @Test(arguments: InteropCase.all) func readsBackTheGraph(test: InteropCase) throws {
    let graph = try test.graph()
    #expect(try decoded(graph, EncodingOptions()) == graph.asWritten())
  }

  @Test(arguments: InteropCase.all) func readsBackHalves(test: InteropCase) throws {
    let graph = try test.graph()
    let halved = try graph.halvingWeights()
    #expect(try decoded(graph, EncodingOptions(precision: .float16)) == halved.asWritten())
    // A graph of halves is written as halves whatever the precision asked for.
    let stored = try graph.storedAsHalves()
    #expect(try decoded(stored, EncodingOptions()) == stored.asWritten())
  }

  @Test func keepsVectorsThatAreHalves() throws {
    var maker = ModelMaker(seed: 5)
    let x = try maker.input([1, 3])
    let dense = Dense(
      weights: try maker.weights([4, 3]).halved, bias: try maker.weights([4]).halved)
    let y = try maker.add(.dense(dense), x)
    let graph = try maker.finish(y)
    #expect(try decoded(graph, EncodingOptions()) == graph.asWritten())
    #expect(try decoded(graph, EncodingOptions(precision: .float16)) == graph.asWritten())
  }

  @Test(arguments: InteropCase.recurrent + InteropCase.models) func readsLoopsBackAsLayers(
    test: InteropCase
  ) throws {
    let graph = try test.graph()
    let copy = try decoded(graph, EncodingOptions(recurrent: .while))
    #expect(try copy.unnamed == graph.asWritten().unnamed)
    let stored = try graph.storedAsHalves()
    let halves = try decoded(stored, EncodingOptions(recurrent: .while))
    #expect(try halves.unnamed == stored.asWritten().unnamed)
  }

  @Test(arguments: 0..<60) func readsBackRandomGraphs(seed: UInt64) throws {
    let graph = try RandomGraph(seed: seed).make()
    #expect(try decoded(graph, EncodingOptions()) == graph.asWritten(), "seed \(seed)")
    let looped = try decoded(graph, EncodingOptions(recurrent: .while))
    #expect(try looped.unnamed == graph.asWritten().unnamed, "seed \(seed)")
  }

  @Test(
    arguments: InteropCase.all,
    [
      EncodingOptions.Recurrent.fused, .while, .unrolled,
    ])
  func computesTheSameInEveryForm(test: InteropCase, recurrent: EncodingOptions.Recurrent) throws {
    let graph = try test.graph()
    let inputs = test.inputs(of: graph, seed: 3)
    for precision in [EncodingOptions.Precision.float32, .float16] {
      let stored = precision == .float16 ? try graph.storedAsHalves() : graph
      let expected = Evaluator(graph: stored).run(inputs)
      let options = EncodingOptions(precision: precision, recurrent: recurrent)
      let results = Evaluator(graph: try decoded(stored, options)).run(inputs)
      #expect(results.count == expected.count)
      for (result, reference) in zip(results, expected) {
        #expect(result.shape == reference.shape)
        // Constants such as 0.2 are floats in the file.
        let worst = zip(result.elements, reference.elements).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= 1e-7)
      }
    }
  }
}

extension Graph {
  /// Without names: reshapes around a loop are called after the loop.
  fileprivate var unnamed: Graph {
    var copy = self
    for id in values.indices { copy.rename(id, to: "") }
    return copy
  }
}

extension InteropCase {
  func inputs(of graph: Graph, seed: UInt64) -> [Array64] {
    var random = SplitMix64(seed: seed)
    return graph.inputs.map { id in
      let shape = graph.shape(of: id)
      let values = random.floats(
        shape.elementCount, from: range.lowerBound, to: range.upperBound)
      return Array64(shape.extents, values.map(Double.init))
    }
  }
}
