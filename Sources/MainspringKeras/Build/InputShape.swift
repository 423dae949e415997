// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The shape an `InputLayer` declares.
enum InputShape {
  /// Extents with the batch of 1 and the window length filled in.
  static func extents(of layer: LayerConfig, options: KerasOptions) throws(KerasError) -> [Int] {
    let declared = declared(layer)
    guard let declared, let axes = declared.array, !axes.isEmpty else {
      throw .architecture(
        place: "input '\(layer.path)'",
        expected: "a shape; the model was saved before it was built",
        found: declared.map { "\($0)" } ?? "none")
    }
    try check(layer)
    var extents = [1]
    for (axis, extent) in axes.enumerated().dropFirst() {
      if let extent = extent.integer, extent >= 1, extent <= Shape.maximumElementCount {
        extents.append(extent)
      } else if extent.isNull, axis == 1, axes.count > 2, let length = options.windowLength {
        guard length >= 1, length <= Shape.maximumElementCount else {
          throw .windowLength(input: layer.path, shape: "\(declared)")
        }
        extents.append(length)
      } else if extent.isNull, axis == 1, axes.count > 2 {
        throw .windowLength(input: layer.path, shape: "\(declared)")
      } else {
        throw .architecture(
          place: "input '\(layer.path)'", expected: "positive extents", found: "\(declared)")
      }
    }
    return extents
  }

  /// A window length must be of use: for an open time axis, or else as what a fixed one has.
  static func check(windowLength: Int, of inputs: [LayerConfig]) throws(KerasError) {
    // Inputs without a shape, or an impossible one, are reported by `extents`.
    let shapes = inputs.compactMap { layer in declared(layer)?.array.map { (layer.path, $0) } }
    let timed = shapes.filter { $0.1.count > 2 }
    if timed.contains(where: { $0.1[1].isNull }) { return }
    for (input, axes) in timed {
      guard let extent = axes[1].integer, extent >= 1, extent != windowLength else { continue }
      throw .architecture(
        place: "input '\(input)'",
        expected: "the window length \(extent) of its shape \(JSON.array(axes))",
        found: "\(windowLength)")
    }
    if timed.isEmpty, let (input, axes) = shapes.first {
      throw .architecture(
        place: "input '\(input)'", expected: "a time axis for the window length \(windowLength)",
        found: "the shape \(JSON.array(axes))")
    }
  }

  private static func declared(_ layer: LayerConfig) -> JSON? {
    layer.value(["batch_shape", "batch_input_shape"])
  }

  private static func check(_ layer: LayerConfig) throws(KerasError) {
    for key in ["sparse", "ragged"] { try layer.require(key, isOneOf: [.bool(false)]) }
    let name = try layer.text("dtype", default: "float32")
    guard name.hasPrefix("float") || name == "bfloat16" || name.contains("int") else {
      throw layer.failure("dtype", "numbers", .string(name))
    }
  }

  /// A nested model must be called with what its input declares.
  static func check(_ value: ValueID, against layer: LayerConfig?, in assembly: Assembly)
    throws(KerasError)
  {
    guard let layer, let declared = declared(layer)?.array else { return }
    let shape = assembly.graph.shape(of: value)
    let fits =
      declared.count == shape.rank
      && zip(declared, shape.extents).dropFirst().allSatisfy { declared, extent in
        declared.isNull || declared.integer == extent
      }
    guard fits else {
      throw .operands(layer: layer.path, expected: "\(JSON.array(declared))", found: "\(shape)")
    }
  }
}
