// SPDX-License-Identifier: Apache-2.0

/// A Sequential or functional model; a sequential one is kept as a chain of calls.
struct ModelConfig {
  enum Form { case sequential, functional }

  let form: Form
  let name: String
  /// In the order of the file.
  let layers: [LayerConfig]
  let inputs: [TensorReference]
  /// The name each input has in a dictionary, for a model that takes one.
  let inputKeys: [String]?
  let outputs: [TensorReference]

  /// Layers that own a place in a weights file: inputs of a sequential model do not.
  var storedLayers: [LayerConfig] {
    layers.filter { layer in
      !(form == .sequential && layer.kind == "InputLayer") && !layer.isOperation
    }
  }
}
