// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// Turns a TFLite model of floats, int8 or int16 into a graph with batch 1.
  ///
  /// Integers keep their scales and zero points, as the file has them; inputs and outputs of uint8
  /// become int8, where `q − 128` with a zero point 128 lower stands for the same number.
  /// Integer and shape arithmetic is folded, loops are recognised as recurrent layers or unrolled,
  /// and what TensorFlow and this project write differently is brought to one form
  /// (``normalized()``). What the file says about the model beyond that is the graph's contract.
  /// Inputs and outputs are in the order of the file's signature, if it has one.
  ///
  /// - Throws: ``TFLiteError`` naming the operator or tensor that is refused.
  /// - Complexity: O(model), or O(iterations · body) where a loop is unrolled; both bounded.
  public init(_ model: TFLiteModel) throws(TFLiteError) {
    try model.validate()
    try model.validateOrder()
    var decoder = Decoder(model)
    let graph = try decoder.decode()
    do throws(GraphError) {
      // Without what an unrolled loop left that a layer stands for.
      self = try graph.canonicalized().normalized()
    } catch {
      throw .invalid(
        place: "graph", expected: "shapes that fit", found: "\(error)".escaped(limit: 200))
    }
    let contract = try model.contract(
      inputs: inputs.map { self.shape(of: $0) }, outputs: outputs.map { self.shape(of: $0) })
    do throws(ContractError) {
      try setContract(contract)
    } catch {
      throw .invalid(
        place: "contract: \(error.place)", expected: error.expected, found: error.found)
    }
    if let names = model.portNames {
      self = listing(inputs: names.inputs.map { $0.place }, outputs: names.outputs.map { $0.place })
    }
  }

  /// Reads a `.tflite` file into a graph; see `TFLiteModel(parsing:)` and `Graph(_:)`.
  public init(tflite bytes: RawSpan) throws(TFLiteError) {
    try self.init(try TFLiteModel(parsing: bytes))
  }
}
