// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension ModelConverter {
  /// More channels than any sensors have: ranges of such inputs are not stored.
  private static let maximumChannelCount = 64

  /// The graph with what its conversion has to say of it, but for the self-test.
  ///
  /// - Parameter recipe: how it was quantized; nil without integers.
  func completed(_ graph: Graph, _ recipe: QuantizationRecipe?) throws(ConversionError) -> Graph {
    var contract = graph.contract ?? ModelContract()
    contract.golden = nil
    contract.calibration = nil
    if let windows = calibrationWindows {
      let shapes = graph.inputs.map { graph.shape(of: $0) }
      if contract.inputs.isEmpty { contract.inputs = shapes.map { _ in ModelContract.Input() } }
      for (input, shape) in shapes.enumerated() {
        let channels = contract.channelCount(of: shape, input: input)
        contract.inputs[input].ranges =
          channels > ModelConverter.maximumChannelCount
          ? [] : windows.ranges(of: input, channels: channels)
      }
      if let recipe {
        contract.calibration = ModelContract.Calibration(
          method: "\(recipe)", windowCount: windows.count, hash: windows.hash)
      }
      // Those of other windows say nothing of these; what somebody gave stays.
      if contract.rules?.isFitted ?? true { contract.rules = rules }
    }
    return try settingContract(contract, of: graph)
  }

  func settingContract(_ contract: ModelContract, of graph: Graph) throws(ConversionError) -> Graph
  {
    var graph = graph
    try wrapping(ConversionError.contract) { () throws(ContractError) in
      try graph.setContract(contract)
    }
    return graph
  }
}

extension WindowSet {
  /// Least and largest value of each channel of an input.
  ///
  /// - Precondition: channels divide the elements of the input.
  func ranges(of input: Int, channels: Int) -> [ClosedRange<Float>] {
    guard count > 0, channels > 0 else { return [] }
    var lowest = [Float](repeating: .infinity, count: channels)
    var highest = [Float](repeating: -.infinity, count: channels)
    for window in 0..<count {
      var channel = 0
      for value in elements(of: input, window: window) {
        lowest[channel] = min(lowest[channel], value)
        highest[channel] = max(highest[channel], value)
        channel = channel + 1 == channels ? 0 : channel + 1
      }
    }
    let isKnown = zip(lowest, highest).allSatisfy { ($1 - $0).isFinite && $0 <= $1 }
    return isKnown ? zip(lowest, highest).map { $0...$1 } : []
  }

  /// FNV-1a, 64 bits, over the little-endian floats of all windows, in each input after input.
  var hash: UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for window in 0..<count {
      for input in 0..<inputCount {
        for value in elements(of: input, window: window) {
          var bits = value.bitPattern
          for _ in 0..<4 {
            hash = (hash ^ UInt64(bits & 0xff)) &* 0x0000_0100_0000_01b3
            bits >>= 8
          }
        }
      }
    }
    return hash
  }
}
