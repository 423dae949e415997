// SPDX-License-Identifier: Apache-2.0

import MainspringArguments
import MainspringCheck

/// Two models side by side, for people and for programs.
struct CompareOutcome {
  let paths: [String]
  let windowCount: Int
  let tolerance: Double
  let layers: [LayerDifference]
  let showsLayers: Bool
  /// Names of the reference's outputs.
  let outputs: [String]

  /// All layers, or those of the outputs.
  private var shown: [LayerDifference] {
    showsLayers ? layers : layers.filter { outputs.contains($0.name) }
  }

  var text: String {
    var table = Table([
      .init("layer"), .init("operator"), .init("largest", .right), .init("mean", .right),
      .init("cosine", .right), .init("signal/difference", .right), .init(""),
    ])
    let first = layers.first(where: \.diverges)
    for layer in shown {
      if let exclusion = layer.exclusion {
        table.add([layer.name, layer.operation, "-", "-", "-", "-", "not compared: \(exclusion)"])
        continue
      }
      let mark =
        layer == first ? "<- first beyond tolerance" : layer.diverges ? "beyond" : ""
      let note = layer.isRescaled ? "channels rescaled" : ""
      table.add([
        layer.name, layer.operation,
        layer.finiteCount == 0 ? "-" : CheckText.short(Double(layer.largest)),
        layer.finiteCount == 0 ? "-" : CheckText.short(layer.mean),
        layer.cosine.map { rounded($0, 6) } ?? "-", CheckText.decibels(layer),
        [layer.note, layer.fault, note, mark].compactMap { $0 }.filter { !$0.isEmpty }
          .joined(separator: ", "),
      ])
    }
    var text = """
      \(printable(paths[1])) against \(printable(paths[0])), \(grouped(windowCount)) windows, \
      tolerance \(rounded(tolerance, 1)) dB


      """
    text += table.text
    if showsLayers, layers.contains(where: \.isRescaled) {
      text += """

        channels rescaled: the other model's next layer takes it back; figures are in the reference's \
        scale

        """
    }
    let renamed = showsLayers ? layers.filter { $0.name != $0.otherName } : []
    if !renamed.isEmpty { text += "\n" }
    for layer in renamed {
      // TensorFlow joins the names of all that it fused.
      let parts = layer.otherName.split(separator: ";")
      let rest = parts.count > 1 ? " and \(parts.count - 1) more" : ""
      text += """
        '\(printable(layer.name))' is '\(printable(String(parts.first ?? "")))'\(rest) in the other \
        model

        """
    }
    return text
  }

  var json: String {
    JSONText.object { json in
      json.member("reference", paths[0])
      json.member("other", paths[1])
      json.member("windows", windowCount)
      json.member("tolerance_db", tolerance)
      if let first = layers.first(where: \.diverges) { json.member("first_diverging", first.name) }
      json.member("layers") { json in
        json.array(shown) { json, layer in
          json.object { json in
            json.member("layer", layer.name)
            if layer.name != layer.otherName { json.member("other_layer", layer.otherName) }
            json.member("operator", layer.operation)
            json.member("compared", layer.exclusion == nil)
            if let exclusion = layer.exclusion {
              json.member("reason", exclusion)
              return
            }
            json.member("channels_rescaled", layer.isRescaled)
            json.member("largest_difference", layer.largest)
            json.member("mean_difference", layer.mean)
            if let cosine = layer.cosine { json.member("cosine", cosine) }
            if let note = layer.note { json.member("note", note) }
            if let fault = layer.fault { json.member("fault", fault) }
            json.member("exact", layer.signalToNoise == .infinity)
            if let ratio = layer.signalToNoise { json.member("signal_to_noise_db", ratio) }
            json.member("non_finite", layer.nonFiniteCount)
            json.member("diverges", layer.diverges)
          }
        }
      }
    }
  }
}
