// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringTFLite

/// Why a model could not be converted.
public enum ConversionError: Error, Hashable, Sendable {
  case graph(GraphError)
  case encoding(ConvertError)
  /// A file of ours that our reader refuses.
  case reading(TFLiteError)
  case calibration(CalibrationError)
  case quantization(QuantizationError)
  /// What is said of the model does not fit it.
  case contract(ContractError)
  /// A budget or integers were asked for, and there is nothing to measure with.
  case windowsNeeded(ModelPrecision)
  /// Stored apart: it holds a whole file, and every call that may fail has room for its error.
  indirect case budget(BudgetFailure)
}

/// A budget that no model holds.
public struct BudgetFailure: Hashable, Sendable {
  public let budget: AccuracyBudget
  /// The model as it was asked for.
  public let conversion: Conversion
  /// The best of the mixtures of precisions that were tried; nil where there are none to try.
  public let best: Agreement?
}

extension ConversionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .graph(let error): error.description
    case .encoding(let error): error.description
    case .reading(let error): error.description
    case .calibration(let error): error.description
    case .quantization(let error): error.description
    case .contract(let error): error.description
    case .windowsNeeded(let precision):
      "\(precision): expected windows to calibrate or measure with, found none"
    case .budget(let failure): failure.description
    }
  }
}

extension BudgetFailure: CustomStringConvertible {
  public var description: String {
    let start = "\(conversion.precision): expected \(budget), found "
    guard let found = best ?? conversion.agreement else { return start + "nothing to measure" }
    return start + "\(found)"
      + (budget.isCautious ? ", \(found.steadyCount) with twice the error" : "")
  }
}

extension AccuracyBudget: CustomStringConvertible {
  /// `a drop of at most 0.5 % and an agreement of at least 99.7 %`.
  public var description: String {
    var parts: [String] = []
    if let maximumDrop { parts.append("a drop of at most \(Float(maximumDrop * 100)) %") }
    if let minimumAgreement {
      let twice = isCautious ? " with twice the error" : ""
      parts.append("an agreement of at least \(Float(minimumAgreement * 100)) %\(twice)")
    }
    return parts.isEmpty ? "anything" : parts.joined(separator: " and ")
  }
}

/// Runs `body` and hands its error on as one of a conversion.
func wrapping<Result, Failure>(
  _ wrap: (Failure) -> ConversionError, _ body: () throws(Failure) -> Result
) throws(ConversionError) -> Result {
  do throws(Failure) { return try body() } catch { throw wrap(error) }
}
