// SPDX-License-Identifier: Apache-2.0

/// What a program must know about a model beyond its operators: what channels mean, how windows are
/// scaled, what classes are called, and what the model answers to inputs of its own.
///
/// Everything is optional. It is a part of the ``Graph``, so that it goes wherever the model goes,
/// and of the file; stock runtimes run such files and ignore it.
public struct ModelContract: Hashable, Sendable {
  /// By input of the graph; empty when nothing is known about any.
  public var inputs: [Input] = []
  /// By output of the graph; empty when nothing is known about any.
  public var outputs: [Output] = []
  /// Rows a second, in Hz.
  public var sampleRate: Double?
  /// Rows of a window.
  public var window: Int?
  /// Rows from one window to the next.
  public var hop: Int?
  /// How the ranges of an integer model were found.
  public var calibration: Calibration?
  /// How probabilities become decisions and events.
  public var rules: Rules?
  /// Inputs and what the float model answered to them.
  public var golden: GoldenVectors?

  public init() {}

  public var isEmpty: Bool { simplified == ModelContract() }

  /// The same without lists that say nothing about any of their ports.
  var simplified: ModelContract {
    var copy = self
    if inputs.allSatisfy({ $0 == Input() }) { copy.inputs = [] }
    if outputs.allSatisfy({ $0 == Output() }) { copy.outputs = [] }
    return copy
  }

  /// What is known about an input.
  public struct Input: Hashable, Sendable {
    /// In the model's order.
    public var channels: [Channel] = []
    /// What raw windows are normalised with.
    public var scaler: Scaler?
    /// By channel the values seen in calibration, as the model takes them: scaled.
    public var ranges: [ClosedRange<Float>] = []

    public init() {}
  }

  public struct Channel: Hashable, Sendable {
    public var name: String
    /// `m/s²`, say; empty when it is not known.
    public var unit: String

    public init(name: String, unit: String = "") {
      self.name = name
      self.unit = unit
    }
  }

  /// What is known about an output.
  public struct Output: Hashable, Sendable {
    /// Names of the classes.
    public var labels: [String] = []

    public init(labels: [String] = []) { self.labels = labels }
  }

  public struct Calibration: Hashable, Sendable {
    /// How ranges were chosen, in words.
    public var method: String
    /// Windows that were used.
    public var windowCount: Int
    /// FNV-1a, 64 bits, over the little-endian floats of these windows, in their order.
    public var hash: UInt64

    public init(method: String, windowCount: Int, hash: UInt64) {
      self.method = method
      self.windowCount = windowCount
      self.hash = hash
    }
  }
}

extension ModelContract {
  /// Channels of the first input, in the model's order.
  public var channels: [Channel] { inputs.first?.channels ?? [] }

  /// What raw windows of the first input are normalised with.
  public var scaler: Scaler? { inputs.first?.scaler }

  /// Names of the classes of the first output; empty when they are not known.
  public var labels: [String] { outputs.first?.labels ?? [] }

  /// Channels of an input: of each row of ``window`` rows, or the shape's innermost extent.
  ///
  /// A window is the first input's; other inputs have one where they have as many time steps.
  public func channelCount(of shape: Shape, input: Int) -> Int {
    guard input == 0, let window, window > 0, shape.elementCount > 0,
      shape.elementCount % window == 0
    else {
      return shape.channels
    }
    return shape.elementCount / window
  }

  /// Classes an output tells apart: its innermost extent, or two for a single probability.
  public static func classCount(of shape: Shape) -> Int {
    shape.elementCount == 1 ? 2 : shape.channels
  }
}
