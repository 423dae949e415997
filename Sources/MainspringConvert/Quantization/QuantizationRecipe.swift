// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// How ranges and weights are chosen before a graph is quantized.
public struct QuantizationRecipe: Hashable, Sendable {
  public var method: CalibrationMethod
  /// By input of the graph: another method for what has the input's scale.
  public var inputMethods: [ValueID: CalibrationMethod] = [:]
  /// Strength of ``ChannelEqualization``; nil for none.
  public var equalization: Float?
  /// Weights are rounded by the moments of their inputs, and the bias takes what remains.
  public var compensatesRounding: Bool

  public init(
    _ method: CalibrationMethod, equalization: Float? = nil, compensatesRounding: Bool = false
  ) {
    self.method = method
    self.equalization = equalization
    self.compensatesRounding = compensatesRounding
  }

  func with(_ change: (inout QuantizationRecipe) -> Void) -> QuantizationRecipe {
    var result = self
    change(&result)
    return result
  }
}

extension QuantizationRecipe: CustomStringConvertible {
  public var description: String {
    var text = method.description
    for (_, method) in inputMethods.sorted(by: { $0.key < $1.key }) { text += ", input \(method)" }
    if let equalization { text += ", channels equalized by \(equalization)" }
    if compensatesRounding { text += ", rounding compensated" }
    return text
  }
}
