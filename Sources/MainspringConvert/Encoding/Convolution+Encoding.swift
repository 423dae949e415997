// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import MainspringTFLite

extension Convolution {
  /// CONV_2D, or DEPTHWISE_CONV_2D when each channel is a group.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    if isDepthwise {
      try encodeDepthwise(at: site, into: &encoder)
    } else {
      try encodeFull(at: site, into: &encoder)
    }
  }

  private func encodeFull(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    let operands = try operands(kernel, at: site, in: &encoder)
    encoder.emit(
      .conv2d, version: groups > 1 ? 6 : 1, operands, to: [site.output],
      .compact(
        1, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .byte(activation.code)),
        .dilation(4, dilation.width), .dilation(5, dilation.height)))
  }

  private func encodeDepthwise(at site: Site, into encoder: inout GraphEncoder)
    throws(ConvertError)
  {
    let kernel = try encoder.weights(
      try weights.rowsAsChannels(node: site.name), name: "\(site.name)/kernel")
    let operands = try operands(kernel, at: site, in: &encoder)
    encoder.emit(
      .depthwiseConv2d, version: dilation == .one ? 1 : 2, operands, to: [site.output],
      .compact(
        2, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .int(Int32(filters / groups))),
        .init(4, .byte(activation.code)), .dilation(5, dilation.width),
        .dilation(6, dilation.height)))
  }

  /// LiteRT refuses convolutions without a bias, left out or −1; zeros stand for none.
  private func operands(_ kernel: Int32, at site: Site, in encoder: inout GraphEncoder)
    throws(ConvertError) -> [Int32]
  {
    let name = "\(site.name)/bias"
    guard let bias else {
      let zeros = [Float](repeating: 0, count: filters)
      return [site.input, kernel, encoder.floats(zeros, extents: [filters], name: name)]
    }
    return [site.input, kernel, try encoder.weights(bias, name: name)]
  }
}

extension TransposedConvolution {
  /// TRANSPOSE_CONV; version 3 knows the bias, 4 the activation.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let extents = encoder.integers(site.outputShape.extents, name: "\(site.name)/shape")
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    var inputs = [extents, kernel, site.input]
    if let bias { inputs.append(try encoder.weights(bias, name: "\(site.name)/bias")) }
    let version: Int32 = activation != .none ? 4 : bias == nil ? 1 : 3
    encoder.emit(
      .transposeConv, version: version, inputs, to: [site.output],
      .compact(
        49, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .byte(activation.code))))
  }
}

extension Pool {
  /// MAX_POOL_2D or AVERAGE_POOL_2D
  func encode(at site: Site, into encoder: inout GraphEncoder) {
    encoder.emit(
      kind == .maximum ? .maxPool2d : .averagePool2d, [site.input], to: [site.output],
      .compact(
        5, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .int(Int32(size.width))),
        .init(4, .int(Int32(size.height))), .init(5, .byte(activation.code))))
  }
}

extension Tensor {
  /// `[filters × height × width × 1]` → `[1 × height × width × filters]`
  fileprivate func rowsAsChannels(node: String) throws(ConvertError) -> Tensor {
    let turned = try Shape(storing: [1, shape[1], shape[2], shape[0]], node: node)
    let (rows, columns) = (shape[0], shape[1] * shape[2])
    let elements: Elements =
      switch self.elements {
      case .float32(let values): .float32(values.transposed(rows: rows, columns: columns))
      case .float16(let values): .float16(values.transposed(rows: rows, columns: columns))
      case .int8(let values): .int8(values.transposed(rows: rows, columns: columns))
      case .uint8(let values): .uint8(values.transposed(rows: rows, columns: columns))
      case .int16(let values): .int16(values.transposed(rows: rows, columns: columns))
      case .int32(let values): .int32(values.transposed(rows: rows, columns: columns))
      case .int64(let values): .int64(values.transposed(rows: rows, columns: columns))
      case .bool(let values): .bool(values.transposed(rows: rows, columns: columns))
      }
    return Tensor(shape: turned, elements: elements, quantization: quantization)
  }
}

extension Array {
  /// A row-major matrix column by column.
  fileprivate func transposed(rows: Int, columns: Int) -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(count)
    for column in 0..<columns {
      for row in 0..<rows { result.append(self[row * columns + column]) }
    }
    return result
  }
}

extension Shape {
  /// - Throws: ``ConvertError`` naming the node when there are too many elements.
  init(storing extents: [Int], node: String) throws(ConvertError) {
    do throws(ShapeError) {
      self = try Shape(extents)
    } catch {
      throw .graph(.shape(node: node, error))
    }
  }
}
