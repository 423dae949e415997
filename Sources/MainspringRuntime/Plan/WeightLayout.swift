// SPDX-License-Identifier: Apache-2.0

import CMainspringKernels
import MainspringGraph

/// How a matrix of weights is read from its tensor and laid out; see `msk_pack`.
struct Packing: Hashable {
  /// The row of each column of the result, or nil for rows in order; negative ones are zeros.
  var rows: [Int32]?
  /// Rows of the tensor, from `origin` on.
  var rowCount: Int
  var rowStride: Int
  var depthStride: Int = 1
  /// How many such matrices follow one another, in the tensor and in the result.
  var repeats: Int = 1
  var columns: Int
  var depth: Int
  var width: Int

  /// Elements of the result. The product is checked against the limit before it is used.
  var elementCount: Int { columns * depth * repeats }
}

/// How weights of int8 are laid out for products of integers; see `msk_int_pack`.
struct IntegerPacking: Hashable {
  let isa: msk_isa
  /// What they are multiplied with.
  let operand: msk_integer
  /// The row of each column of all groups, or nil for rows in order; negative ones are zeros.
  var rows: [Int32]?
  var groups: Int = 1
  /// Of one group.
  let columns: Int
  let segments: Int
  let length: Int

  /// Bytes of one group.
  var groupByteCount: Int { msk_int_packed_size(isa, operand, columns, segments, length) }

  /// Whether the bytes of all groups can be counted at all.
  func fits(_ limit: Int) -> Bool {
    // Rounding up gives at most 16 columns and 4 elements more.
    var count = 1
    for factor in [groups, columns + 15, segments, length + 3] {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= limit else { return false }
      count = product
    }
    return true
  }
}

/// Collects what goes into the block of weights, each thing once, then fills the block.
struct WeightLayout {
  /// One thing in the block.
  private enum Item: Hashable {
    case packed(Tensor, Packing)
    case integers(Tensor, IntegerPacking)
    /// Floats or tables, as their bits.
    case words([UInt32])
    /// Elements of other sizes, as their bytes.
    case bytes([UInt8])

    var byteCount: Int {
      switch self {
      case .packed(let tensor, let packing):
        packing.elementCount * tensor.elementType.byteCount
      case .integers(_, let packing): packing.groups * packing.groupByteCount
      case .words(let words): words.count * 4
      case .bytes(let bytes): bytes.count
      }
    }

    /// A few elements are enough to tell weights apart; equality looks at all.
    func hash(into hasher: inout Hasher) {
      switch self {
      case .packed(let tensor, let packing):
        hasher.combine(packing.columns)
        hasher.combine(packing.repeats)
        Item.hash(tensor, into: &hasher)
      case .integers(let tensor, let packing):
        hasher.combine(packing.columns)
        hasher.combine(packing.segments)
        Item.hash(tensor, into: &hasher)
      case .bytes(let bytes):
        hasher.combine(bytes.count)
        for index in Item.samples(bytes.count) { hasher.combine(bytes[index]) }
      case .words(let words):
        hasher.combine(words.count)
        for index in Item.samples(words.count) { hasher.combine(words[index]) }
      }
    }

    private static func hash(_ tensor: Tensor, into hasher: inout Hasher) {
      hasher.combine(tensor.shape)
      switch tensor.elements {
      case .float32(let values):
        for index in samples(values.count) { hasher.combine(values[index]) }
      case .float16(let values):
        for index in samples(values.count) { hasher.combine(values[index]) }
      case .int8(let values):
        for index in samples(values.count) { hasher.combine(values[index]) }
      default: break
      }
    }

    private static func samples(_ count: Int) -> StrideTo<Int> {
      stride(from: 0, to: count, by: max(count / 16, 1))
    }
  }

  private(set) var wordCount: Int = 0
  private var items: [(item: Item, word: Int)] = []
  private var places: [Item: Int] = [:]
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// A place for packed weights, the one they already have if there is one; nil beyond the limit.
  ///
  /// - Precondition: the tensor holds floats, halves or int8.
  mutating func add(_ tensor: Tensor, _ packing: Packing) -> WeightPlace? {
    var count = packing.repeats
    for factor in [packing.columns, packing.depth] {
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow, product <= limit else { return nil }
      count = product
    }
    return add(.packed(tensor, packing))
  }

  /// A place for packed weights of int8, the one they already have if there is one; nil beyond the
  /// limit.
  mutating func add(_ tensor: Tensor, _ packing: IntegerPacking) -> WeightPlace? {
    packing.fits(limit) ? add(.integers(tensor, packing)) : nil
  }

  /// A place for floats; nil beyond the limit.
  mutating func add(floats: [Float]) -> WeightPlace? {
    add(.words(floats.map { $0.bitPattern }))
  }

  /// A place for elements of any size; nil beyond the limit.
  mutating func add<Element: BitwiseCopyable>(elements: [Element]) -> WeightPlace? {
    add(.bytes(unsafe elements.withUnsafeBytes { bytes in unsafe Array(bytes) }))
  }

  /// A place for offsets; nil beyond the limit.
  mutating func add(offsets: [Int32]) -> WeightPlace? {
    add(.words(offsets.map { UInt32(bitPattern: $0) }))
  }

  /// A place for axes; nil beyond the limit.
  mutating func add(axes: [msk_axis]) -> WeightPlace? {
    var words: [UInt32] = []
    for axis in axes {
      for field in [axis.extent, axis.y, axis.a, axis.b, axis.c] {
        words.append(UInt32(bitPattern: field))
      }
    }
    return add(.words(words))
  }

  private mutating func add(_ item: Item) -> WeightPlace? {
    if let word = places[item] { return WeightPlace(word: word) }
    let line = AlignedBlock.alignment
    let words = (item.byteCount + line - 1) / line * (line / 4)
    guard words <= limit - wordCount else { return nil }
    let word = wordCount
    places[item] = word
    items.append((item, word))
    wordCount += words
    return WeightPlace(word: word)
  }

  /// The block with everything in its place.
  func packed() -> AlignedBlock {
    let block = AlignedBlock(byteCount: wordCount * 4)
    for (item, word) in items {
      let start = unsafe block.base + word * 4
      switch item {
      case .packed(let tensor, let packing):
        switch tensor.elements {
        case .float32(let values):
          unsafe values.withUnsafeBytes { bytes in
            unsafe WeightLayout.pack(.f32, from: bytes, to: start, packing)
          }
        case .float16(let values):
          unsafe values.withUnsafeBytes { bytes in
            unsafe WeightLayout.pack(.f16, from: bytes, to: start, packing)
          }
        case .int8(let values):
          unsafe values.withUnsafeBytes { bytes in
            unsafe WeightLayout.pack(.s8, from: bytes, to: start, packing)
          }
        default: preconditionFailure("only floats, halves and int8 are packed")
        }
      case .integers(let tensor, let packing):
        guard case .int8(let values) = tensor.elements else {
          preconditionFailure("weights of integers are int8")
        }
        unsafe values.withUnsafeBufferPointer { values in
          if let from = values.baseAddress {
            unsafe WeightLayout.pack(
              from, to: start.assumingMemoryBound(to: Int8.self), packing)
          }
        }
      case .bytes(let bytes):
        unsafe bytes.withUnsafeBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(start: start, count: bytes.count)
            .copyMemory(from: bytes)
        }
      case .words(let words):
        unsafe words.withUnsafeBytes { bytes in
          unsafe UnsafeMutableRawBufferPointer(start: start, count: bytes.count)
            .copyMemory(from: bytes)
        }
      }
    }
    return block
  }

  private static func pack(
    _ element: msk_element, from source: UnsafeRawBufferPointer, to start: UnsafeMutableRawPointer,
    _ packing: Packing
  ) {
    // An empty tensor has no address, and nothing to pack.
    guard let base = source.baseAddress, packing.columns > 0, packing.depth > 0 else {
      return
    }
    let elementSize = element == .s8 ? 1 : element == .f16 ? 2 : 4
    for index in 0..<packing.repeats {
      let from = unsafe base + index * packing.rowCount * packing.rowStride * elementSize
      let to = unsafe start + index * packing.columns * packing.depth * elementSize
      if let rows = packing.rows {
        unsafe rows.withUnsafeBufferPointer { rows in
          unsafe msk_pack(
            element, to, from, rows.baseAddress, packing.rowCount, packing.rowStride,
            packing.depthStride, packing.columns, packing.depth, packing.width)
        }
      } else {
        unsafe msk_pack(
          element, to, from, nil, packing.rowCount, packing.rowStride, packing.depthStride,
          packing.columns, packing.depth, packing.width)
      }
    }
  }

  private static func pack(
    _ source: UnsafePointer<Int8>, to start: UnsafeMutablePointer<Int8>, _ packing: IntegerPacking
  ) {
    guard packing.columns > 0, packing.segments > 0, packing.length > 0 else { return }
    // Without an order, each group's rows follow those of the group before it.
    let rows = packing.rows ?? (0..<Int32(packing.groups * packing.columns)).map { $0 }
    unsafe rows.withUnsafeBufferPointer { rows in
      guard let base = rows.baseAddress else { return }
      for group in 0..<packing.groups {
        unsafe msk_int_pack(
          packing.isa, packing.operand, start + group * packing.groupByteCount, source,
          base + group * packing.columns, packing.columns, packing.segments, packing.length)
      }
    }
  }
}
