// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// Why a Keras model cannot be loaded; each message is one line.
public enum KerasError: Error, Equatable, Sendable {
  /// A document is not JSON.
  case json(document: String, offset: Int, reason: String)
  /// The description of the model is incomplete or contradicts itself.
  case architecture(place: String, expected: String, found: String)
  /// A class this project does not know, `Lambda` and custom ones among them.
  case unsupportedLayer(layer: String, kind: String)
  /// A setting has a value that is wrong or not supported.
  case setting(layer: String, key: String, expected: String, found: String)
  /// A layer is called with operands it cannot take.
  case operands(layer: String, expected: String, found: String)
  /// Stored weights do not fit the architecture.
  case weights(layer: String, expected: String, found: String)
  /// A mask would change what the layer computes.
  case mask(layer: String, kind: String, source: String)
  /// The time axis has no extent and the caller gave none.
  case windowLength(input: String, shape: String)
  /// The file itself cannot be read.
  case storage(StorageError)
  /// What is wrong, with the file it is wrong in.
  indirect case inFile(String, KerasError)
  /// The layers fit the format but not each other.
  case graph(GraphError)
}

extension KerasError: CustomStringConvertible {
  /// One line, whatever names from files are in it.
  public var description: String { text.escaped(limit: 2000) }

  private var text: String {
    switch self {
    case .json(let document, let offset, let reason):
      "\(document): not JSON at byte \(offset): \(reason)"
    case .architecture(let place, let expected, let found):
      "\(place): expected \(expected), found \(found)"
    case .unsupportedLayer(let layer, let kind):
      "layer '\(layer)': \(kind) is not supported"
    case .setting(let layer, let key, let expected, let found):
      "layer '\(layer)': \(key): expected \(expected), found \(found)"
    case .operands(let layer, let expected, let found):
      "layer '\(layer)': expected \(expected) as input, found \(found)"
    case .weights(let layer, let expected, let found):
      "layer '\(layer)': expected \(expected), found \(found) in the file"
    case .mask(let layer, let kind, let source):
      "layer '\(layer)': \(kind) would skip the time steps that '\(source)' masks, "
        + "which is not supported; allow it if windows are never padded"
    case .windowLength(let input, let shape):
      "input '\(input)': the number of time steps is open in \(shape); give the window length"
    case .storage(let error): "\(error)"
    case .inFile(let file, let error): "\(file): \(error)"
    case .graph(let error):
      "layer \(error)"
    }
  }
}

extension KerasError {
  /// Whose fault it is; decides the exit code of a tool.
  public var blame: StorageError.Blame {
    switch self {
    case .storage(let error): error.blame
    case .inFile(_, let error): error.blame
    default: .badData
    }
  }
}
