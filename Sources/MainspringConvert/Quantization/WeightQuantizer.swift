// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// The weights of one operator on their way to integers.
struct WeightQuantizer {
  /// The node's, for errors.
  let name: String
  /// Of the inputs the weights are rounded for; nil rounds each to the nearest.
  let moments: InputMoments?

  struct Result {
    let parts: [Tensor]
    /// Still floats.
    let bias: Tensor?
  }

  /// Matrices that are multiplied with the same inputs, side by side, as int8 around zero.
  ///
  /// - Parameters:
  ///   - parts: matrices with the same rows: one, or an LSTM's two.
  ///   - bias: one element for each row; made up when rounding leaves something for it.
  ///   - blocks: the rows are cut into as many, each with a scale of its own in each part.
  ///   - inputScale: of the first part's inputs. A block of small weights beside a large bias gets a
  ///     larger scale than it needs, so that the bias fits into 30 bits and leaves as much room to
  ///     the sum. Nil for biases that stay floats.
  /// - Precondition: the rows are a multiple of the blocks.
  func quantized(_ parts: [Tensor], _ bias: Tensor?, blocks: Int, inputScale: Float?)
    throws(QuantizationError) -> Result
  {
    let rows = parts[0].shape[0]
    var matrices: [Matrix] = []
    for part in parts { matrices.append(Matrix(try elements(of: part), rows: rows)) }
    var biases = [Float](repeating: 0, count: rows)
    if let bias { biases = try elements(of: bias) }
    for index in matrices.indices {
      let floors = index == 0 ? floors(biases, blocks, inputScale) : nil
      matrices[index].chooseScales(blocks, floors: floors)
    }
    round(&matrices, &biases)
    let tensors = zip(parts, matrices).map { part, matrix in
      Tensor(
        shape: part.shape, elements: .int8(matrix.integers),
        quantization: Quantization(
          scales: matrix.scales, zeroPoints: [Int64](repeating: 0, count: blocks)))
    }
    if bias == nil, biases.allSatisfy({ $0 == 0 }) { return Result(parts: tensors, bias: nil) }
    do throws(ShapeError) {
      return Result(parts: tensors, bias: try Tensor(vector: biases))
    } catch {
      throw .graph(.shape(node: name, error))
    }
  }

  private struct Matrix {
    let floats: [Float]
    let rows: Int
    let width: Int
    var scales: [Float] = []
    var integers: [Int8]

    init(_ floats: [Float], rows: Int) {
      self.floats = floats
      self.rows = rows
      width = rows == 0 ? 0 : floats.count / rows
      integers = [Int8](repeating: 0, count: floats.count)
    }

    /// The largest weight of a block becomes 127.
    mutating func chooseScales(_ blocks: Int, floors: [Float]?) {
      let size = floats.count / max(blocks, 1)
      for block in 0..<blocks {
        var magnitude: Float = 0
        for cell in floats[block * size..<(block + 1) * size] {
          magnitude = max(magnitude, abs(cell))
        }
        let scale = max(magnitude / 127, floors?[block] ?? 0)
        scales.append(scale < ValueType.smallestScale ? 1 : scale)
      }
    }

    func scale(ofRow row: Int) -> Float { scales[row * scales.count / rows] }
  }

  private func round(_ matrices: inout [Matrix], _ biases: inout [Float]) {
    var roundings: [CompensatedRounding?] = [nil]
    if let moments, moments.size == matrices.reduce(1, { $0 + $1.width }) {
      roundings = moments.sums.indices.map { CompensatedRounding(moments, group: $0) }
    }
    let rows = biases.count
    for row in 0..<rows {
      var cells: [Float] = []
      var scales: [Float] = []
      for matrix in matrices {
        cells += matrix.floats[row * matrix.width..<(row + 1) * matrix.width]
        scales += [Float](repeating: matrix.scale(ofRow: row), count: matrix.width)
      }
      var rounded: [Int8]
      if let rounding = roundings[row * roundings.count / rows] {
        rounded = rounding.round(cells, bias: &biases[row], scales: scales)
      } else {
        rounded = zip(cells, scales).map { Int8(min(max(($0 / $1).rounded(), -127), 127)) }
      }
      for index in matrices.indices {
        let width = matrices[index].width
        matrices[index].integers.replaceSubrange(
          row * width..<(row + 1) * width, with: rounded.prefix(width))
        rounded.removeFirst(width)
      }
    }
  }

  /// By block: the scale below which a bias would not fit.
  private func floors(_ biases: [Float], _ blocks: Int, _ inputScale: Float?) -> [Float]? {
    guard let inputScale else { return nil }
    var result = [Float](repeating: 0, count: blocks)
    for (row, bias) in biases.enumerated() {
      let block = row * blocks / biases.count
      let floor = Float(Double(abs(bias)) / (0x1p30 * Double(inputScale)))
      result[block] = max(result[block], floor)
    }
    return result
  }

  private func elements(of tensor: Tensor) throws(QuantizationError) -> [Float] {
    guard let floats = tensor.floats else {
      throw .weights(node: name, role: "weights", element: 0)
    }
    if let element = floats.firstIndex(where: { !$0.isFinite }) {
      throw .weights(node: name, role: "weights", element: element)
    }
    return floats
  }
}
