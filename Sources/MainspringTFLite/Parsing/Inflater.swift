// SPDX-License-Identifier: Apache-2.0

/// Decompresses what zip archives hold (RFC 1951): the few kilobytes of names beside a model.
///
/// Codes are walked bit by bit (the canonical form of Huffman codes), which takes a table of 16
/// counts for each and some ten nanoseconds a bit.
package struct Inflater {
  /// No compressed byte gives more: 258 elements for two bits.
  package static let largestRatio: Int = 1032

  private let input: [UInt8]
  private let size: Int
  private var position = 0
  private var buffer: UInt32 = 0
  private var bufferCount = 0
  private var output: [UInt8] = []

  private init(_ input: [UInt8], size: Int) {
    self.input = input
    self.size = size
    output.reserveCapacity(size)
  }

  /// - Parameter size: elements that come out; never are more allocated.
  /// - Returns: nil for what is no complete stream of so many, is followed by something, or is far
  ///   longer than what comes out: blocks may be empty, and each takes time.
  /// - Complexity: O(input + size).
  package static func inflated(_ input: [UInt8], size: Int) -> [UInt8]? {
    guard size >= 0, size / largestRatio <= input.count, isBelievable(input.count, size: size)
    else { return nil }
    var inflater = Inflater(input, size: size)
    guard inflater.run() else { return nil }
    return inflater.output
  }

  /// Whether a compressor would write so many bytes for `size` elements: what does not get shorter
  /// is stored with 5 bytes for each block.
  package static func isBelievable(_ compressed: Int, size: Int) -> Bool {
    compressed - 1024 - size / 8 <= size
  }

  private mutating func run() -> Bool {
    while true {
      guard let isLast = bits(1), let kind = bits(2) else { return false }
      let isGood =
        switch kind {
        case 0: stored()
        case 1: block(.fixedLengths, .fixedDistances)
        case 2: dynamic()
        default: false
        }
      if !isGood { return false }
      if isLast == 1 { return output.count == size && position == input.count }
    }
  }

  /// The next bits, the first one lowest; nil at the end.
  private mutating func bits(_ count: Int) -> Int? {
    while bufferCount < count {
      guard position < input.count else { return nil }
      buffer |= UInt32(input[position]) << UInt32(bufferCount)
      position += 1
      bufferCount += 8
    }
    let value = buffer & ((1 << UInt32(count)) - 1)
    buffer >>= UInt32(count)
    bufferCount -= count
    return Int(value)
  }

  private mutating func stored() -> Bool {
    (buffer, bufferCount) = (0, 0)
    guard let count = bits(16), let inverse = bits(16), count == ~inverse & 0xffff,
      count <= input.count - position, count <= size - output.count
    else { return false }
    output += input[position..<position + count]
    position += count
    return true
  }

  private mutating func symbol(_ code: HuffmanCode) -> Int? {
    var (value, first, index) = (0, 0, 0)
    for length in 1...HuffmanCode.longest {
      guard let bit = bits(1) else { return nil }
      value |= bit
      let count = code.counts[length]
      if value - first < count { return code.symbols[index + value - first] }
      index += count
      first = (first + count) << 1
      value <<= 1
    }
    return nil
  }

  private mutating func block(_ lengths: HuffmanCode, _ distances: HuffmanCode) -> Bool {
    while let symbol = symbol(lengths) {
      if symbol < 256 {
        guard output.count < size else { return false }
        output.append(UInt8(symbol))
        continue
      }
      if symbol == 256 { return true }
      guard symbol - 257 < Self.lengthBases.count, let more = bits(Self.lengthBits(symbol - 257)),
        let code = self.symbol(distances), code < 30,
        let far = bits(max(code / 2 - 1, 0))
      else { return false }
      let length = Self.lengthBases[symbol - 257] + more
      let distance = (code < 2 ? code : (2 + code % 2) << (code / 2 - 1)) + far + 1
      guard distance <= output.count, length <= size - output.count else { return false }
      for _ in 0..<length { output.append(output[output.count - distance]) }
    }
    return false
  }

  private static let lengthBases: [Int] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
  ]

  private static func lengthBits(_ index: Int) -> Int {
    index < 8 || index == 28 ? 0 : index / 4 - 1
  }

  private static let order: [Int] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// A block that brings its codes along, themselves coded.
  private mutating func dynamic() -> Bool {
    guard let literals = bits(5), let distances = bits(5), let codes = bits(4), literals <= 29,
      distances <= 29
    else { return false }
    var sizes = [Int](repeating: 0, count: 19)
    for index in 0..<codes + 4 {
      guard let size = bits(3) else { return false }
      sizes[Self.order[index]] = size
    }
    guard let code = HuffmanCode(sizes[...]) else { return false }
    let wanted = literals + 257 + distances + 1
    var lengths: [Int] = []
    while lengths.count < wanted {
      guard let symbol = symbol(code), let (value, count) = run(of: symbol, after: lengths.last),
        count <= wanted - lengths.count
      else { return false }
      for _ in 0..<count { lengths.append(value) }
    }
    let split = literals + 257
    guard lengths[256] > 0, let first = HuffmanCode(lengths[..<split]),
      let second = HuffmanCode(lengths[split...])
    else { return false }
    return block(first, second)
  }

  private mutating func run(of symbol: Int, after last: Int?) -> (value: Int, count: Int)? {
    switch symbol {
    case ..<16: return (symbol, 1)
    case 16:
      guard let last, let more = bits(2) else { return nil }
      return (last, 3 + more)
    case 17: return bits(3).map { (0, 3 + $0) }
    default: return bits(7).map { (0, 11 + $0) }
    }
  }
}

/// A canonical Huffman code.
private struct HuffmanCode {
  static let longest: Int = 15

  /// By length in bits: codes of it.
  private(set) var counts = [Int](repeating: 0, count: longest + 1)
  /// In the order of their codes.
  private(set) var symbols: [Int] = []

  /// - Parameter lengths: by symbol, 0 for those without a code.
  /// - Returns: nil for lengths of no code; a single code of one bit is one, and so is none at all.
  init?(_ lengths: ArraySlice<Int>) {
    for length in lengths { counts[length] += 1 }
    counts[0] = 0
    var free = 1
    for length in 1...HuffmanCode.longest {
      free = free * 2 - counts[length]
      if free < 0 { return nil }
    }
    // Where the next symbol of each length goes.
    var places = [Int](repeating: 0, count: HuffmanCode.longest + 1)
    for length in 1...HuffmanCode.longest {
      places[length] = places[length - 1] + counts[length - 1]
    }
    symbols = [Int](repeating: 0, count: places[HuffmanCode.longest] + counts[HuffmanCode.longest])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[places[length]] = symbol
      places[length] += 1
    }
    let isSingle = symbols.count == 1 && counts[1] == 1
    guard free == 0 || isSingle || symbols.isEmpty else { return nil }
  }

  private init(counts: [(length: Int, symbols: [Int])]) {
    for (length, group) in counts {
      self.counts[length] = group.count
      symbols += group
    }
  }

  static let fixedLengths: HuffmanCode = HuffmanCode(counts: [
    (7, Array(256..<280)), (8, Array(0..<144) + Array(280..<288)), (9, Array(144..<256)),
  ])
  static let fixedDistances: HuffmanCode = HuffmanCode(counts: [(5, Array(0..<30))])
}
