// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension LayerCall {
  /// A layer on each time step by itself: `[1 × time × …]` as a batch of `time`.
  func timeDistributed() throws(KerasError) -> ValueID {
    guard let json = layer.value("layer") else { throw layer.failure("layer", "a layer", nil) }
    let inner = try ArchitectureReader(generation: generation)
      .layer(json, scope: layer.path, trainable: scope.isTrainable)
    let value = try input()
    let extents = shape(value).extents
    guard extents.count >= 3 else { throw operandFailure("[batch, time, …]", "\(shape(value))") }
    var innerScope = scope.part("layer")
    innerScope.path = inner.path
    if worksOnLastAxis(inner) {
      return try apply(inner, to: value, innerScope)
    }
    let (count, overflow) = extents[0].multipliedReportingOverflow(by: extents[1])
    guard !overflow else { throw operandFailure("fewer time steps", "\(shape(value))") }
    let slices = try reshape(value, to: [count] + Array(extents.dropFirst(2)), "slices")
    let result = try apply(inner, to: slices, innerScope)
    return try reshape(
      result, to: Array(extents.prefix(2)) + Array(shape(result).extents.dropFirst()), "")
  }

  private func apply(_ inner: LayerConfig, to value: ValueID, _ scope: WeightScope)
    throws(KerasError) -> ValueID
  {
    if let model = inner.model {
      let results = try ModelBuilder(
        assembly: assembly, model: model, scope: scope, prefix: "\(name)/\(inner.name)"
      ).run([value])
      guard results.count == 1 else { throw layer.failure("layer", "1 result", nil) }
      return results[0]
    }
    return try self.inner(inner, operands: [value], step: inner.name, scope: scope).build()[0]
  }

  /// Layers that treat every axis before the last as a batch anyway.
  private func worksOnLastAxis(_ inner: LayerConfig) -> Bool {
    ["Dense", "Dropout", "ReLU", "LeakyReLU", "ELU", "ThresholdedReLU", "GaussianNoise"]
      .contains(inner.kind)
  }
}
