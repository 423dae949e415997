// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What the decoder knows about a tensor of the file once it is defined.
enum Known {
  case constant(Constant)
  /// Computed at run time.
  case value(ValueID)
  /// Rows of several tensors, not yet joined.
  case stack(Stack)
  /// A variable that holds the state of a recurrent operator.
  case state(State)

  enum State {
    /// Keeps what the last invocation left.
    case kept
    /// Set to zero before its operator.
    case cleared
    /// Belongs to a recurrent operator that came before.
    case used
  }
}

/// A constant of the file or one that was folded; shared, so that it enters the graph once.
final class Constant {
  let tensor: Tensor
  let name: String
  /// Where it is in the graph, once something uses it as an operand.
  var value: ValueID?

  init(_ tensor: Tensor, name: String) {
    self.tensor = tensor
    self.name = name
  }

  var type: ValueType { ValueType(tensor.elementType, tensor.quantization) }
}

/// A tensor given as runs of rows (axis 0) of other tensors.
///
/// Loops collect their results in a tensor they rewrite in every iteration. Kept as runs, the
/// rewriting costs nothing in the unrolled graph, which joins the rows once, where they are used.
final class Stack {
  struct Run {
    let source: Known
    let sourceShape: Shape
    let begin: Int
    let count: Int
  }

  let shape: Shape
  /// What the rows' elements stand for, whatever their sources say: rows are copied as they are.
  let type: ValueType
  let runs: [Run]
  let name: String
  var value: ValueID?

  init(shape: Shape, type: ValueType, runs: [Run], name: String) {
    self.shape = shape
    self.type = type
    self.runs = runs
    self.name = name
  }

  /// The rows `range`, as runs.
  func slice(_ range: Range<Int>) -> [Run] {
    var result: [Run] = []
    var first = 0
    for run in runs {
      let low = max(range.lowerBound, first)
      let high = min(range.upperBound, first + run.count)
      if low < high {
        result.append(
          Run(
            source: run.source, sourceShape: run.sourceShape, begin: run.begin + low - first,
            count: high - low))
      }
      first += run.count
    }
    return result
  }
}

/// Bounds what decoding may cost in time and memory, whatever the file asks for.
struct WorkBudget {
  static let maximumNodes = 200_000
  /// Constant elements computed, rows moved and operands looked at: some for every file, more in
  /// proportion to its content, never more than a moment's work.
  static let baseWork = 1 << 22
  static let workPerByte = 16
  static let maximumWork = 1 << 25
  /// What one execution of an operator counts for, besides its elements.
  static let operatorWork = 16
  static let maximumDepth = 8

  let maximum: Int
  private(set) var spent = 0

  /// - Parameter byteCount: about the size of the file.
  init(byteCount: Int) {
    let (scaled, overflow) = byteCount.multipliedReportingOverflow(by: WorkBudget.workPerByte)
    let most = WorkBudget.maximumWork
    maximum = overflow || scaled > most - WorkBudget.baseWork ? most : WorkBudget.baseWork + scaled
  }

  /// - Returns: false when it is used up.
  mutating func take(_ amount: Int) -> Bool {
    let (sum, overflow) = spent.addingReportingOverflow(amount)
    guard !overflow, sum <= maximum else { return false }
    spent = sum
    return true
  }
}
