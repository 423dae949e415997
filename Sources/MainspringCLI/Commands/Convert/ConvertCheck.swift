// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringCheck
import MainspringConvert

/// The last stage of a conversion: do the files respond as the model does?
///
/// A file that is worse than the model it is made of is a fault of the conversion. What is wrong with
/// the model already is a warning: windows it was trained on are not known here, or only some.
struct ConvertCheck {
  /// Inputs of each family: enough for the bounds of the verdicts, little beside a calibration.
  private static let inputCounts = 20...200
  /// Multiply-accumulates to spend; large models are asked less.
  private static let workLimit = 4_000_000_000

  /// By file.
  let verdicts: [Verdict]
  let modelVerdict: Verdict
  /// Why the first file that is worse fails.
  let fault: String?
  private let warning: String?
  private let hasSelfTests: Bool

  /// - Parameter windows: those to calibrate on, if there are any.
  /// - Returns: nil for models that can be written, but not run here.
  /// - Throws: ``Failure`` when a file cannot be read again.
  init?(
    _ graph: Graph, _ model: OpenedModel, _ conversions: [Conversion], _ paths: [String],
    _ windows: WindowSet?
  ) throws(Failure) {
    var stage: Stage?
    if case .keras = model.origin { stage = .keras }
    var subjects = [Subject(name: model.path, graph, stage: stage)]
    for (path, conversion) in zip(paths, conversions) {
      subjects.append(
        Subject(
          name: path, try ConvertCheck.read(conversion, model.path),
          stage: ConvertCheck.stage(conversion.precision)))
    }
    let shapes = graph.inputs.map { graph.shape(of: $0) }
    let source = ProbeSource(
      for: subjects, windows: windows.map { ConvertCheck.probes($0, shapes) }, seed: 1)
    let work = max(graph.multiplyAccumulates * subjects.count * ProbeFamily.allCases.count, 1)
    let affordable = ConvertCheck.workLimit / work
    let count = min(
      max(affordable, ConvertCheck.inputCounts.lowerBound), ConvertCheck.inputCounts.upperBound)
    let report: CheckReport
    do throws(CheckError) {
      // Conversions have their own say about state.
      report = try Checker(
        subjects, source, count: count,
        isScaled: graph.contract?.inputs.contains { $0.scaler != nil } == true, allowsState: true
      ).check()
    } catch {
      Console.note("note: not checked: \(error)")
      return nil
    }
    modelVerdict = report.models[0].verdict
    verdicts = report.models.dropFirst().map(\.verdict)
    let worse = report.models.dropFirst().first { $0.verdict > report.models[0].verdict }
    fault = worse.flatMap { ConvertCheck.line($0) }
    warning = ConvertCheck.line(report.models[0])
    hasSelfTests = conversions.allSatisfy { $0.graph.contract?.golden != nil }
  }

  /// Tells what was wrong before the conversion.
  func warn() {
    guard let warning else { return }
    let without = hasSelfTests ? "" : "; no self-test is stored"
    Console.note("warning: \(warning)\(without) (mainspring check tells more)")
  }

  private static func line(_ model: CheckReport.Model) -> String? {
    model.findings.first { $0.verdict != nil }.map {
      "\(model.name): \(model.verdict.rawValue): \(CheckText.line($0))"
    }
  }

  private static func read(_ conversion: Conversion, _ path: String) throws(Failure) -> Graph {
    let graph: Graph
    do throws(TFLiteError) {
      graph = unsafe try Graph(tflite: conversion.bytes.span.bytes)
    } catch {
      throw Failure(.software, "\(path): the file written cannot be read: \(error)")
    }
    do throws(GraphError) {
      return try graph.optimized()
    } catch {
      throw Failure(.software, "\(path): the file written cannot be read: \(error)")
    }
  }

  private static func probes(_ windows: WindowSet, _ shapes: [Shape]) -> ProbeWindows {
    var probes = ProbeWindows(sizes: shapes.map(\.elementCount))
    for index in 0..<windows.count {
      probes.append(
        shapes.indices.map { Array(windows.elements(of: $0, window: index)) })
    }
    return probes
  }

  private static func stage(_ precision: ModelPrecision) -> Stage {
    switch precision {
    case .float32: .float32
    case .float16: .float16
    case .dynamicInt8: .dynamicInt8
    case .int8: .int8
    case .int16x8: .int16x8
    }
  }
}
