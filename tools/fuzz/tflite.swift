// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

/// Any bytes are a graph or an error; what is a graph can be brought to its normal form.
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
    precondition(!error.description.isEmpty)
    return 0
  }
  do throws(GraphError) {
    let normal = try graph.normalized()
    precondition(normal == graph, "graphs are read in their normal form")
  } catch {
    preconditionFailure("\(error)")
  }
  return 0
}
