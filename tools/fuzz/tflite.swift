// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringRuntime
import MainspringTFLite

/// Any bytes are a graph or an error; a graph can be brought to its normal form, optimised and
/// planned, and runs when it is small.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafeRawPointer, _ count: Int) -> CInt {
  // An empty input comes without an address.
  guard count > 0 else { return 0 }
  let bytes = unsafe RawSpan(_unsafeStart: start, byteCount: count)
  let graph: Graph
  do throws(TFLiteError) {
    graph = try Graph(tflite: bytes)
  } catch {
    // Messages are built too: they quote the file.
    let message = error.description
    precondition(!message.isEmpty && message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
    return 0
  }
  do throws(GraphError) {
    let normal = try graph.normalized()
    precondition(normal == graph, "graphs are read in their normal form")
    run(try graph.optimized())
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}

/// Plans a graph, and runs it unless that takes long or much memory.
private func run(_ graph: Graph) {
  let plan: Plan
  do throws(PlanError) {
    plan = try Plan(graph)
  } catch {
    precondition(!error.description.isEmpty)
    return
  }
  var work = 0
  for operation in plan.operations {
    let (sum, overflow) = work.addingReportingOverflow(operation.multiplyAccumulates)
    work = overflow ? Int.max : sum
  }
  guard work < 10_000_000, plan.arenaByteCount + plan.weightByteCount < 1 << 26 else { return }
  var session = Session(plan)
  session.run()
  do throws(SelfTestError) {
    try plan.selfTest()
  } catch {
    precondition(!error.description.isEmpty)
  }
}
