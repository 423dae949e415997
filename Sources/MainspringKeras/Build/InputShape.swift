// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The shape an `InputLayer` declares.
enum InputShape {
  /// Extents with the batch of 1 and the window length filled in.
  static func extents(of layer: LayerConfig, options: KerasOptions) throws(KerasError) -> [Int] {
    let declared = layer.value(["batch_shape", "batch_input_shape"])
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
    guard let layer, let declared = layer.value(["batch_shape", "batch_input_shape"])?.array else {
      return
    }
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
