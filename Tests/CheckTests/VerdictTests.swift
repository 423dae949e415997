// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import MainspringGraph
import Testing
import _MainspringTestSupport

/// Models that respond pass in every format; what is broken fails at the right stage and layer.
struct VerdictTests {
  /// A model that is broken in one place, and what is to be said of it.
  struct Broken: Sendable, CustomTestStringConvertible {
    let name: String
    let verdict: Verdict
    let layer: String
    var testDescription: String { name }
  }

  static let models: [Broken] = [
    Broken(name: "constant", verdict: .static, layer: "gesture"),
    Broken(name: "majority", verdict: .collapsed, layer: "gesture"),
    Broken(name: "dead-relu", verdict: .static, layer: "features"),
    Broken(name: "nan", verdict: .static, layer: "conv"),
  ]

  static let files: [(Broken, Stage)] = [
    (Broken(name: "gates", verdict: .degraded, layer: "lstm"), .int8),
    (Broken(name: "scale", verdict: .degraded, layer: "conv"), .int8),
    (Broken(name: "leak", verdict: .degraded, layer: "lstm"), .float16),
  ]

  /// Some only where statistics are slow to compute.
  static let seeds: [UInt64] = Array(1...(BuildMode.isOptimized ? 20 : 3))

  @Test(arguments: ["cnn_lstm", "mlp"]) func healthyModelsPassInEveryFormat(name: String) throws {
    let windows = try Fixture.windows(of: name)
    let subjects = try Fixture.formats(name, windows: windows)
    #expect(subjects.map(\.stage) == [.keras, .float32, .float16, .dynamicInt8, .int8])
    for seed in Self.seeds {
      for given in [nil, windows] {
        let report = try Fixture.check(subjects, given, seed: seed, count: 60)
        #expect(report.verdict == .responsive, "seed \(seed): \(report.models.map(\.findings))")
        #expect(report.fault == nil && report.classCount == 197)
      }
    }
  }

  @Test(arguments: models) func brokenModelsFailAtTheFirstStage(broken: Broken) throws {
    let windows = try Fixture.windows(of: "cnn_lstm")
    let subjects = try Fixture.formats(broken.name, windows: broken.name == "nan" ? nil : windows)
    for seed in Self.seeds {
      for given in [nil, windows] {
        let report = try Fixture.check(subjects, given, seed: seed, count: 60)
        let fault = try #require(report.fault)
        #expect(report.verdict == broken.verdict, "seed \(seed)")
        #expect(fault.stage == .keras && fault.model.name == broken.name, "seed \(seed)")
        #expect(fault.finding.layer == broken.layer, "seed \(seed)")
      }
    }
  }

  /// Each file of a broken model by itself, nothing to compare it with.
  @Test(arguments: models) func brokenModelsFailInEveryFormat(broken: Broken) throws {
    let windows = try Fixture.windows(of: "cnn_lstm")
    let subjects = try Fixture.formats(broken.name, windows: broken.name == "nan" ? nil : windows)
    for subject in subjects {
      let report = try Fixture.check([subject])
      #expect(report.verdict == broken.verdict, "\(subject.name)")
      #expect(report.fault?.finding.layer == broken.layer, "\(subject.name)")
      #expect(report.fault?.stage == subject.stage)
    }
  }

  @Test(arguments: files) func brokenFilesFailAtTheirStage(broken: Broken, stage: Stage) throws {
    let windows = try Fixture.windows(of: "cnn_lstm")
    let subjects = [try Fixture.keras("cnn_lstm"), try Fixture.file(broken.name)]
    for seed in Self.seeds {
      for given in [nil, windows] {
        let report = try Fixture.check(subjects, given, seed: seed, count: 60)
        let fault = try #require(report.fault)
        #expect(report.models[0].verdict == .responsive)
        #expect(report.verdict == broken.verdict && fault.stage == stage, "seed \(seed)")
        #expect(fault.finding.layer == broken.layer, "seed \(seed)")
      }
    }
  }

  @Test func stateOnPurposeIsNoFault() throws {
    let subject = try Fixture.file("leak")
    let report = try Checker([subject], Fixture.source(subject, nil, seed: 1), allowsState: true)
      .check()
    #expect(report.verdict == .responsive)
  }

  @Test(arguments: seeds) func wrongScalersAreFaultsOfTheInput(seed: UInt64) throws {
    let model = [try Fixture.keras("cnn_lstm")]
    let right = try Fixture.check(
      model, try Fixture.gestures(mean: "mean", deviation: "std"), seed: seed, isScaled: true)
    #expect(right.verdict == .responsive)
    let wrong = try Fixture.gestures(mean: "mean", deviation: "wrong-std")
    let report = try Fixture.check(model, wrong, seed: seed, isScaled: true)
    #expect(report.verdict == .degraded && report.fault?.stage == .input)
    // Without a scaler nobody said how large windows should be.
    let unscaled = try Fixture.check(model, wrong, seed: seed)
    #expect(unscaled.fault?.stage != .input)
    #expect(unscaled.models[0].findings.contains { $0.stage == .input && $0.verdict == nil })
  }

  @Test func noiseAloneWarns() throws {
    // A bias that noise, but no gesture, is too weak against.
    let subject = try Fixture.keras("cnn_lstm")
    let quiet = ChannelRange(mean: 0, deviation: 1e-4, lowest: -1e-4, highest: 1e-4)
    let windows = try Fixture.windows(of: "cnn_lstm")
    let source = ProbeSource(
      inputs: subject.graph.inputs.map { subject.graph.shape(of: $0) },
      ranges: [[ChannelRange](repeating: quiet, count: 6)], windows: windows, seed: 3)
    let report = try Checker([subject], source, count: 100).check()
    #expect(report.verdict == .responsive)
    let warnings = report.models[0].findings
    #expect(warnings.contains { $0.verdict == nil && $0.text.contains("noise, range only") })
  }

  @Test func otherInputsAreRefused() throws {
    let (cnn, mlp) = (try Fixture.keras("cnn_lstm"), try Fixture.keras("mlp"))
    #expect(throws: CheckError.self) {
      try Checker([cnn, mlp], Fixture.source(cnn, nil, seed: 1))
    }
  }
}
