// SPDX-License-Identifier: Apache-2.0

import Mainspring

/// The results of a run as one JSON object, written while it goes on.
enum RunJSON {
  /// Everything up to the first window.
  static func head(_ path: String, _ count: Int, _ plan: Plan) -> String {
    var text = JSONText.object { json in
      json.member("model", path)
      json.member("windows", count)
      json.member("outputs") { json in
        json.array(plan.outputs) { json, port in
          json.object { json in
            json.member("name", port.name)
            json.member("shape", Array(port.shape.extents.dropFirst()))
          }
        }
      }
    }
    text.removeLast()
    return text + ",\"results\":["
  }

  /// One window: the class of the first output and the values of all.
  static func window(_ index: Int, _ results: [[Float]], _ plan: Plan) -> String {
    let text = JSONText.object { json in
      json.member("window", index)
      if let best = plan.outputs[0].classes?.predicted(results[0]), results[0].count > 1 {
        json.member("class", best)
      }
      json.member("values") { json in
        json.array(results) { json, values in json.array(values) { $0.number($1) } }
      }
    }
    return (index == 0 ? "\n" : ",\n") + text
  }

  /// Everything behind the last window.
  static func tail(_ tally: Tally) -> String {
    let text = JSONText.object { json in
      if let accuracy = tally.accuracy { json.member("accuracy", accuracy) }
      json.member("non_finite_inputs", tally.badInputs.map { $0.count })
      json.member("non_finite_outputs", tally.badOutputs.map { $0.count })
    }
    return "\n]," + text.dropFirst() + "\n"
  }
}
