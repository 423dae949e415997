// SPDX-License-Identifier: Apache-2.0

/// How a model is converted, whatever its precision.
public struct ConversionOptions: Hashable, Sendable {
  public var recurrent: EncodingOptions.Recurrent
  /// How ranges are chosen; nil to try all ways and keep the best.
  public var method: CalibrationMethod?
  /// What the inputs and outputs of integer models are.
  public var ports: QuantizationPlan.Ports
  /// How much worse than the float model it may be; nil for any.
  public var budget: AccuracyBudget?
  /// Whether ``Conversion/layers`` tell signal and noise.
  public var measuresLayers: Bool
  /// Whether files hold inputs and the float model's answers, to be tested by when they are loaded.
  public var storesSelfTest: Bool

  public init(
    recurrent: EncodingOptions.Recurrent = .fused, method: CalibrationMethod? = nil,
    ports: QuantizationPlan.Ports = .native, budget: AccuracyBudget? = nil,
    measuresLayers: Bool = false, storesSelfTest: Bool = true
  ) {
    self.recurrent = recurrent
    self.method = method
    self.ports = ports
    self.budget = budget
    self.measuresLayers = measuresLayers
    self.storesSelfTest = storesSelfTest
  }
}
