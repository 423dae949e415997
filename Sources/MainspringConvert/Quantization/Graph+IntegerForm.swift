// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// The graph as the quantizer wants it: batch normalizations that are left go into the layers
  /// around them, or become depthwise convolutions of one element, whose weights have a scale for
  /// each channel.
  ///
  /// - Throws: `GraphError` when a shape does not hold.
  public func integerForm() throws(GraphError) -> Graph {
    try foldingShifts().convolvingNormalizations()
  }

  private func convolvingNormalizations() throws(GraphError) -> Graph {
    var copy = GraphCopy(self)
    for node in nodes {
      if case .scaleShift(let affine) = node.operation, shape(of: node.output).rank > 0 {
        let result = try copy.convolve(
          affine, copy.value(node.inputs[0]), values[node.output].name)
        copy.replace(node.output, with: result)
      } else {
        try copy.copy(node)
      }
    }
    return try copy.finish()
  }
}

extension GraphCopy {
  /// x · scale + shift as a depthwise convolution, on an image of one row where x is none.
  fileprivate mutating func convolve(_ affine: ScaleShift, _ x: ValueID, _ name: String)
    throws(GraphError) -> ValueID
  {
    let shape = result.shape(of: x)
    let channels = shape.channels
    let image: Shape
    let weights: Shape
    do throws(ShapeError) {
      image = try Shape([1, 1, shape.rows, channels])
      weights = try Shape([channels, 1, 1, 1])
    } catch {
      throw .shape(node: name, error)
    }
    let convolution = Convolution(
      weights: affine.scale.reshaped(to: weights), bias: affine.shift, groups: channels)
    if shape.rank == 4 { return try add(.convolution(convolution), to: x, name: name) }
    let flat = try add(.reshape(Reshape(to: image)), to: x, name: name + "/image")
    let mapped = try add(.convolution(convolution), to: flat, name: name + "/mapped")
    return try add(.reshape(Reshape(to: shape)), to: mapped, name: name)
  }
}
