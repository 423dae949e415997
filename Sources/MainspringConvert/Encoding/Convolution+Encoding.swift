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
    let product = try Product(weights, bias, "Convolution", at: site)
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    let operands = try operands(kernel, product, at: site, in: &encoder)
    let version: Int32 =
      switch product {
      case .floats: 1
      case .int8: 3
      case .int16(let hasShortBias): hasShortBias ? 8 : 4
      case .hybrid(let isPerChannel): isPerChannel ? 5 : 2
      }
    encoder.emit(
      .conv2d, version: groups > 1 ? max(6, version) : version, operands, to: [site.output],
      .compact(
        1, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .byte(activation.code)),
        .dilation(4, dilation.width), .dilation(5, dilation.height),
        .init(6, .byte(product.biasTypeCode))))
  }

  private func encodeDepthwise(at site: Site, into encoder: inout GraphEncoder)
    throws(ConvertError)
  {
    let product = try Product(weights, bias, "DepthwiseConvolution", at: site)
    if product == .hybrid(isPerChannel: false) {
      // They look for a scale for each channel, also where there is only one.
      throw site.unsupported(
        "DepthwiseConvolution", "of floats with one scale for all weights is misread by kernels")
    }
    if product == .int16(hasShortBias: true) {
      throw site.unsupported(
        "DepthwiseConvolution", "of int16 has no kernel for a bias of int32, only of int64")
    }
    let kernel = try encoder.weights(
      try weights.rowsAsChannels(node: site.name), name: "\(site.name)/kernel")
    let operands = try operands(kernel, product, at: site, in: &encoder)
    let version: Int32 =
      switch product {
      case .floats: dilation == .one ? 1 : 2
      case .int8: 3
      case .int16: 5
      case .hybrid: 6
      }
    encoder.emit(
      .depthwiseConv2d, version: version, operands, to: [site.output],
      .compact(
        2, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .int(Int32(filters / groups))),
        .init(4, .byte(activation.code)), .dilation(5, dilation.width),
        .dilation(6, dilation.height)))
  }

  /// LiteRT refuses convolutions without a bias, left out or −1; zeros stand for none.
  private func operands(
    _ kernel: Int32, _ product: Product, at site: Site, in encoder: inout GraphEncoder
  ) throws(ConvertError) -> [Int32] {
    let offset: Tensor
    if let bias { offset = bias } else { offset = try product.zeros(for: weights, at: site) }
    return [site.input, kernel, try encoder.weights(offset, name: "\(site.name)/bias")]
  }
}

extension TransposedConvolution {
  /// TRANSPOSE_CONV; version 3 knows the bias, 4 the activation, 5 a bias of 32 bits on int16.
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let product = try Product(weights, bias, "TransposedConvolution", at: site)
    if case .hybrid = product {
      throw site.unsupported(
        "TransposedConvolution", "has no kernel for floats with int8 weights in stock runtimes")
    }
    let extents = encoder.integers(site.outputShape.extents, name: "\(site.name)/shape")
    let kernel = try encoder.weights(weights, name: "\(site.name)/kernel")
    var inputs = [extents, kernel, site.input]
    if let bias { inputs.append(try encoder.weights(bias, name: "\(site.name)/bias")) }
    let least: Int32 =
      switch product {
      case .floats, .hybrid: 1
      case .int8: 2
      case .int16(let hasShortBias): hasShortBias ? 5 : 3
      }
    let version = max(least, activation != .none ? 4 : bias == nil ? 1 : 3)
    encoder.emit(
      .transposeConv, version: version, inputs, to: [site.output],
      .compact(
        49, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .byte(activation.code)),
        .init(4, .byte(product.biasTypeCode))))
  }
}

extension Pool {
  /// MAX_POOL_2D or AVERAGE_POOL_2D
  func encode(at site: Site, into encoder: inout GraphEncoder) throws(ConvertError) {
    let version = try site.version(Versions(int8: 2, int16: 3), of: "Pool")
    encoder.emit(
      kind == .maximum ? .maxPool2d : .averagePool2d, version: version, [site.input],
      to: [site.output],
      .compact(
        5, .init(0, .byte(padding.code)), .init(1, .int(Int32(stride.width))),
        .init(2, .int(Int32(stride.height))), .init(3, .int(Int32(size.width))),
        .init(4, .int(Int32(size.height))), .init(5, .byte(activation.code))))
  }
}

extension Tensor {
  /// `[filters × height × width × 1]` → `[1 × height × width × filters]`, several scales with them
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
    let scales = quantization.map {
      Quantization(
        scales: $0.scales, zeroPoints: $0.zeroPoints, axis: $0.scales.count > 1 ? 3 : 0)
    }
    return Tensor(shape: turned, elements: elements, quantization: scales)
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
