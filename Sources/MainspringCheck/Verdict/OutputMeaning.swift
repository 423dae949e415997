// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What the numbers of an output are, as far as its last operators say it.
enum OutputMeaning {
  case softmax
  case sigmoid
  /// Weighted sums as they are: what a softmax or sigmoid would be taken of.
  case scores
  case other

  /// Whether one model's output cannot be what another's is.
  func contradicts(_ other: OutputMeaning) -> Bool {
    self != other && self != .other && other != .other
  }

  /// For a sentence.
  var words: String {
    switch self {
    case .softmax: "probabilities behind a softmax"
    case .sigmoid: "probabilities behind a sigmoid"
    case .scores: "scores without softmax or sigmoid"
    case .other: "an output"
    }
  }
}

extension Graph {
  func meaning(of output: ValueID) -> OutputMeaning {
    var value = output
    while let producer = nodes.first(where: { $0.output == value }) {
      switch producer.operation {
      case .softmax: return .softmax
      case .unary(let x): return x.function == .logistic ? .sigmoid : .other
      case .dense(let x): return x.activation == .none ? .scores : .other
      case .convolution(let x): return x.activation == .none ? .scores : .other
      case .quantize, .dequantize, .reshape: value = producer.inputs[0]
      default: return .other
      }
    }
    return .other
  }
}

extension Subject {
  /// The first output that means something else than the reference's: the scores in front of both
  /// may agree, and who reads the outputs is wrong all the same.
  func misunderstanding(with reference: Subject) -> (output: Int, text: String)? {
    for (index, (output, other)) in zip(graph.outputs, reference.graph.outputs).enumerated() {
      let (mine, others) = (graph.meaning(of: output), reference.graph.meaning(of: other))
      if mine.contradicts(others) {
        return (
          index,
          "expected \(others.words) as of \(reference.name), found \(mine.words): outputs mean "
            + "different things"
        )
      }
    }
    return nil
  }
}
