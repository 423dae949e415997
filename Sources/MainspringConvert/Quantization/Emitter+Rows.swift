// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Hybrid convolutions of sequences as products of rows.
///
/// A runtime quantizes what a hybrid convolution reads with one scale for the whole window, what a
/// hybrid product reads with one for each row. Sensors are loud for moments and quiet for long: the
/// rows' own scales leave a tenth of the error, and the weights need no scale for each filter.
extension Emitter {
  /// - Parameters:
  ///   - operand: floats, in the graph that is written.
  ///   - input: the operand's shape.
  /// - Returns: what stands for the convolution's result.
  mutating func emitRows(
    _ x: Convolution, _ operand: ValueID, _ input: Shape, _ name: String, _ context: WeightContext
  ) throws(QuantizationError) -> ValueID {
    let axis: WindowAxis
    let matrix: Shape
    do throws(ShapeError) {
      axis = try x.window(over: input).width
      matrix = try Shape([x.filters, x.weights.shape.elementCount / x.filters])
    } catch {
      throw .graph(.shape(node: name, error))
    }
    var rows = operand
    if axis.before + axis.after > 0 {
      let pad = Pad(before: [0, 0, axis.before, 0], after: [0, 0, axis.after, 0])
      rows = try add(.pad(pad), [rows], name + "/pad", nil)
    }
    if x.size.width > 1 || x.stride.width > 1 {
      var taps: [ValueID] = []
      for tap in 0..<x.size.width {
        let slice = Slice(
          begin: [0, 0, tap * x.dilation.width, 0], count: [1, 1, axis.output, input[3]],
          stride: [1, 1, x.stride.width, 1])
        taps.append(try add(.slice(slice), [rows], name + "/\(tap)", nil))
      }
      rows = taps[0]
      if taps.count > 1 {
        rows = try add(.concatenate(Concatenate(axis: 3)), taps, name + "/rows", nil)
      }
    }
    let product = Dense(
      weights: x.weights.reshaped(to: matrix), bias: x.bias, activation: x.activation)
    return try add(try Operator.dense(product).quantized(context), [rows], name, nil)
  }
}

extension Convolution {
  /// Over a sequence, and with enough filters for copying its windows out to be little work.
  func isProductOfRows(over input: Shape) -> Bool {
    guard groups == 1, size.height == 1, input.rank == 4, input[0] == 1, input[1] == 1,
      filters >= Convolution.fewestFilters
    else { return false }
    do throws(ShapeError) { return try window(over: input).width.output > 1 } catch {
      return false
    }
  }

  private static let fewestFilters = 16
}
