// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// Turns a TFLite model of floats, int8 or int16 into a graph with batch 1.
  ///
  /// Integers keep their scales and zero points, as the file has them.
  /// Integer and shape arithmetic is folded, loops are recognised as recurrent layers or unrolled,
  /// and what TensorFlow and this project write differently is brought to one form
  /// (``normalized()``).
  ///
  /// - Throws: ``TFLiteError`` naming the operator or tensor that is refused.
  /// - Complexity: O(model), or O(iterations · body) where a loop is unrolled; both bounded.
  public init(_ model: TFLiteModel) throws(TFLiteError) {
    try model.validate()
    try model.validateOrder()
    var decoder = Decoder(model)
    let graph = try decoder.decode()
    do throws(GraphError) {
      self = try graph.normalized()
    } catch {
      throw .invalid(
        place: "graph", expected: "shapes that fit", found: "\(error)".escaped(limit: 200))
    }
  }

  /// Reads a `.tflite` file into a graph; see `TFLiteModel(parsing:)` and `Graph(_:)`.
  public init(tflite bytes: RawSpan) throws(TFLiteError) {
    try self.init(try TFLiteModel(parsing: bytes))
  }
}
