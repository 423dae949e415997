// SPDX-License-Identifier: Apache-2.0

import Testing
import _MainspringTestSupport

@testable import MainspringKeras

@Suite struct HostileArchitectureTests {
  /// Each level calls the one inside twice: two to the power of the depth in all.
  @Test func boundsTheCallsOfSharedModels() {
    var model = layer("Dropout", "d0")
    for level in 0..<40 {
      let input =
        #"{"class_name":"InputLayer","name":"i","config":{"name":"i","batch_input_shape":[null,3]},"inbound_nodes":[]}"#
      let inner =
        model.dropLast()
        + #","name":"d\#(level)","inbound_nodes":[[["i",0,0,{}]],[["d\#(level)",0,0,{}]]]}"#
      model =
        #"{"class_name":"Functional","config":{"name":"d\#(level + 1)","trainable":true,"dtype":"float32","layers":[\#(input),\#(inner)],"input_layers":[["i",0,0]],"output_layers":[["d\#(level)",1,0]]}}"#
    }
    let text = message(MemoryFile(groups: []), model)
    #expect(text.contains("calls, found more"), "\(text)")
  }

  @Test func comparesShapesBeforeItAllocates() {
    // 2^28 units would be 2 GiB of zeros if the file were believed to hold them.
    let file = MemoryFile(tree: [("/layers/dense/vars/0", [2, 3])])
    let text = sequential("[null,2]", layer("Dense", "d", #""units":268435456"#))
    #expect(message(file, text).contains("layer"))
    let wide = sequential("[null,2]", layer("Dense", "d", #""units":100000000"#))
    #expect(
      message(file, wide)
        == "layer 'd': expected 'kernel' [2, 100000000], found [2, 3] in the file")
  }

  @Test func refusesLongChainsOfGrowth() {
    let grow = (0..<12).map { layer("UpSampling1D", "u\($0)", #""size":1000"#) }
    let layers = grow.joined(separator: ",")
    #expect(message(MemoryFile(tree: []), sequential("[null,4,2]", layers)).contains("at most"))
  }

  @Test func readsAModelOfThousandsOfLayers() throws {
    let layers = (0..<3000).map { layer("Dropout", "d\($0)") }.joined(separator: ",")
    let model = try MemoryFile(tree: []).load(sequential("[null,2]", layers))
    #expect(model.layers.count == 3000)
  }

  @Test func messagesAreOneLineWhateverTheNames() {
    let text = message(
      MemoryFile(tree: []), sequential("[null,2]", layer("Lambda", #"x\r\n\u001b]0;t\u0007"#)))
    #expect(text.contains(#"'x\u{d}\u{a}\u{1b}]0;t\u{7}'"#), "\(text.debugDescription)")
    #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
  }

  static let example = sequential(
    "[null,8,2]",
    layer("Conv1D", "c", #""filters":4,"kernel_size":[3],"padding":"same","activation":"relu""#),
    layer("BatchNormalization", "b", #""axis":-1,"epsilon":0.001"#),
    layer("MaxPooling1D", "p", #""pool_size":[2],"strides":[2]"#),
    layer(
      "Bidirectional", "bi",
      #""merge_mode":"concat","layer":"# + layer("LSTM", "l", #""units":2"#)),
    layer("Dense", "d", #""units":3,"activation":"softmax""#))

  static let file = MemoryFile(tree: [
    ("/layers/conv1d/vars/0", [3, 2, 4]), ("/layers/conv1d/vars/1", [4]),
    ("/layers/batch_normalization/vars/0", [4]), ("/layers/batch_normalization/vars/1", [4]),
    ("/layers/batch_normalization/vars/2", [4]), ("/layers/batch_normalization/vars/3", [4]),
    ("/layers/bidirectional/forward_layer/cell/vars/0", [4, 8]),
    ("/layers/bidirectional/forward_layer/cell/vars/1", [2, 8]),
    ("/layers/bidirectional/forward_layer/cell/vars/2", [8]),
    ("/layers/bidirectional/backward_layer/cell/vars/0", [4, 8]),
    ("/layers/bidirectional/backward_layer/cell/vars/1", [2, 8]),
    ("/layers/bidirectional/backward_layer/cell/vars/2", [8]),
    ("/layers/dense/vars/0", [4, 3]), ("/layers/dense/vars/1", [3]),
  ])

  /// Whether an architecture loads; every way not to is a typed error of one line.
  private func loads(_ bytes: [UInt8]) -> Bool {
    do throws(KerasError) {
      _ = try Self.file.load(String(decoding: bytes, as: UTF8.self))
      return true
    } catch {
      #expect(!"\(error)".contains("\n"), "\(error)")
      return false
    }
  }

  @Test func survivesTruncation() {
    let bytes = Array(Self.example.utf8)
    #expect(loads(bytes))
    for cut in Damage.truncations(of: bytes, count: 200) { #expect(!loads(cut)) }
  }

  @Test func survivesFlippedBytes() {
    let bytes = Array(Self.example.utf8)
    var intact = 0
    Damage.flips(of: bytes, count: 2000, seed: 21) { damaged, _ in
      if loads(damaged) { intact += 1 }
    }
    // Some bytes are parts of names only.
    #expect(intact > 0 && intact < 2000)
  }
}
