// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringTFLite

/// A graph as the bytes of a .tflite file.
///
/// The same graph and options always give the same bytes.
///
/// - Parameter graph: an optimised graph; nothing is simplified here.
/// - Throws: ``ConvertError`` naming what TFLite cannot express.
/// - Complexity: O(bytes of the file).
public func convert(_ graph: Graph, options: EncodingOptions = EncodingOptions())
  throws(ConvertError) -> [UInt8]
{
  try TFLiteModel(encoding: graph, options: options).serialized()
}
