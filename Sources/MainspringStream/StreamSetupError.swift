// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
public import MainspringRuntime

/// Why there is no stream on a model.
///
/// What a stream throws once it exists is a ``StreamError``, which holds numbers only.
public indirect enum StreamSetupError: Error, Hashable, Sendable {
  /// The model cannot be planned, or has no state to carry on.
  case model(PlanError)
  /// The model's contract, or what was given beside it, makes no stream.
  case stream(StreamError)
  /// Windows that do not move on.
  case hop(found: Int)
  /// Names of channels that are not the model's, each once.
  case channels(expected: [String], found: [String])
}

extension StreamSetupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let error): "\(error)"
    case .stream(let error): "\(error)"
    case .hop(let found): "hop: expected at least 1 row, found \(found)"
    case .channels(let expected, let found):
      if let twice = expected.repetition {
        "channels: expected a model that names each of them once, found '\(expected[twice.first])' "
          + "twice in \(list(expected))"
      } else {
        "channels: expected those of the model, \(list(expected)), found \(list(found))"
      }
    }
  }

  private func list(_ names: [String]) -> String {
    if names.isEmpty { return "which names none" }
    var text = ""
    for name in names { text += text.isEmpty ? name : ", " + name }
    return text
  }
}
