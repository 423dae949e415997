// SPDX-License-Identifier: Apache-2.0

public import MainspringRuntime

/// Why a stream cannot be made, or does not go on; holds numbers only, so that throwing it
/// allocates nothing.
public enum StreamError: Error, Hashable, Sendable {
  /// A setting that makes no sense.
  case options(Setting)
  /// The model is none of one input `[1, time, channels]` and one output of probabilities.
  case model(inputs: Int, outputs: Int)
  /// There is no such sensor.
  case noSensor(index: Int, count: Int)
  /// A sample with another number of values than its sensor has.
  case sampleLength(sensor: Int, expected: Int, found: Int)
  /// Samples a second that are off by more than a fifth.
  case rate(sensor: Int, expected: Double, found: Double)
  /// The engine refused a window; sizes were checked before, so this does not happen.
  case run(RunError)

  /// What can be set.
  public enum Setting: Hashable, Sendable {
    case rate, channels, limit, times, buffer, window, hop, smoothing, thresholds, durations
    case range, classes, modelRate
  }
}

extension StreamError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .options(let setting): "options: \(setting.text)"
    case .model(let inputs, let outputs):
      "model: expected 1 input [1, time, channels] and 1 output of a value for each class, found "
        + "\(inputs) inputs and \(outputs) outputs of other shapes"
    case .noSensor(let index, let count): "sensor \(index): expected an index below \(count)"
    case .sampleLength(let sensor, let expected, let found):
      "sensor \(sensor): expected \(expected) values in a sample, found \(found)"
    case .rate(let sensor, let expected, let found):
      "sensor \(sensor): expected \(Int(expected.rounded())) samples a second within 20 %, found "
        + "\(Int(found.rounded()))"
    case .run(let error): "\(error)"
    }
  }
}

extension StreamError.Setting {
  var text: String {
    switch self {
    case .rate: "expected rates from 0.001 to 100,000 a second"
    case .channels: "expected each channel of the model from exactly one sensor"
    case .limit: "expected limits above 0"
    case .times: "expected times of at least 0 ns, and a gap and a clock jump of at least 1 ns"
    case .buffer: "expected room for 4 to 65,536 samples, and at least 1 sample for a clock jump"
    case .window: "expected a window of at least 1 row"
    case .hop: "expected a hop as long as the window, where state is carried on"
    case .smoothing: "expected an average over 1 to 1,024 hops"
    case .thresholds:
      "expected a threshold from 0 to 1 for each class, and a rearm share from 0 to 1"
    case .durations: "expected durations of at least 0 ns"
    case .modelRate: "expected a model that says how many rows a second it takes, or a rate"
    case .range: "expected a finite mean and a deviation above 0 for each channel, twice"
    case .classes: "expected classes of the model"
    }
  }
}
