// SPDX-License-Identifier: Apache-2.0

import MainspringCheck
import Testing

@testable import MainspringGraph

/// Which models are classifiers, and what is said about those that are none.
struct ClassOutputTests {
  @Test func whatIsBehindTheLastLayerDecides() throws {
    func classes(_ ending: SmallModel.Ending, _ units: Int, _ labels: [String] = []) throws
      -> ClassOutput?
    {
      try SmallModel.graph(ending, [units], labels: labels).classes(of: 0)
    }
    #expect(try classes(.softmax, 3) == ClassOutput(form: .shares, count: 3, isCertain: true))
    #expect(try classes(.logSoftmax, 3) == ClassOutput(form: .scores, count: 3, isCertain: true))
    #expect(try classes(.sigmoid, 1) == ClassOutput(form: .binary, count: 2, isCertain: true))
    #expect(try classes(.sigmoid, 3) == ClassOutput(form: .independent, count: 3, isCertain: true))
    for ending in [SmallModel.Ending.linear, .relu, .tanh] {
      #expect(try classes(ending, 1) == nil)
      #expect(try classes(ending, 3) == ClassOutput(form: .scores, count: 3, isCertain: false))
      #expect(try classes(ending, 3, ["a", "b", "c"])?.isCertain == true)
    }
    // Always 1: one class is no choice.
    #expect(try classes(.softmax, 1) == nil)
  }

  @Test func numbersAreNeverCollapsed() throws {
    // Far above a half whatever the input: a heart rate, say.
    for units in [1, 3] {
      let graph = try SmallModel.graph(.linear, [units], offset: 100)
      let report = try SmallModel.check([SmallModel.subject(graph)])
      #expect(report.verdict == .responsive, "\(report.models[0].findings)")
      #expect(report.classCount == nil && report.models[0].responses[0].histogram == nil)
    }
    let constant = try SmallModel.graph(.linear, [1], factors: [0], offset: 3)
    #expect(try SmallModel.check([SmallModel.subject(constant)]).verdict == .static)
  }

  @Test func numbersThatPartFromTheReferenceAreDegraded() throws {
    let reference = SmallModel.subject(try SmallModel.graph(.linear, [3]))
    let other = SmallModel.subject(
      try SmallModel.graph(.linear, [3], isSwapped: true), "other", .float32)
    #expect(try SmallModel.check([reference, other]).models[1].verdict == .degraded)
  }

  /// An offset of all of its numbers changes no class, but every measure.
  @Test func anOffsetOfNumbersIsAnError() throws {
    let reference = SmallModel.subject(try SmallModel.graph(.linear, [3]))
    let other = SmallModel.subject(
      try SmallModel.graph(.linear, [3], offset: 50), "other", .float32)
    #expect(try SmallModel.check([reference, other]).models[1].verdict == .degraded)
  }

  @Test func namesOfOneFileAreThoseOfAll() throws {
    let reference = SmallModel.subject(try SmallModel.graph(.linear, [3]))
    let named = SmallModel.subject(
      try SmallModel.graph(.linear, [3], labels: ["a", "b", "c"]), "named", .float32)
    let report = try SmallModel.check([reference, named])
    #expect(report.classCount == 3 && report.classNames == ["a", "b", "c"])
    #expect(report.models[1].responses[0].agreement?.sameClass.share == 1)
  }

  @Test func aSoftmaxOfOneElementIsStatic() throws {
    let report = try SmallModel.check([SmallModel.subject(try SmallModel.graph(.softmax, [1]))])
    #expect(report.verdict == .static && report.classCount == nil)
  }

  @Test func everyOutputIsJudged() throws {
    let right = SmallModel.subject(try SmallModel.graph(.softmax, [3, 3]))
    #expect(try SmallModel.check([right]).verdict == .responsive)
    for (factor, verdict) in [(Float.nan, "NaN"), (0, "the same")] {
      let graph = try SmallModel.graph(.softmax, [3, 3], factors: [1, factor])
      let report = try SmallModel.check([SmallModel.subject(graph)])
      let finding = try #require(report.fault?.finding)
      #expect(report.verdict == .static, "\(factor)")
      #expect(finding.text.hasPrefix("output 'out_1': ") && finding.text.contains(verdict))
      #expect(finding.layer == "dense_1")
    }
  }

  @Test func everyOutputIsCompared() throws {
    let right = SmallModel.subject(try SmallModel.graph(.linear, [3, 2]))
    let wrong = SmallModel.subject(
      try SmallModel.graph(.linear, [3, 2], factors: [1, -1]), "wrong", .float32)
    let report = try SmallModel.check([right, wrong])
    let finding = try #require(report.fault?.finding)
    #expect(report.verdict == .degraded && finding.text.contains("output 'dense_1'"))
    let agreement = try #require(report.models[1].responses[0].agreement)
    #expect(agreement.worstOutput == 1 && agreement.largestDifference > 1)
    // The error is twice the response, 6 dB above it.
    #expect(abs((agreement.responseToError ?? 0) + 6) < 1)
  }
}
