// SPDX-License-Identifier: Apache-2.0

import MainspringGraph
import Testing
import _MainspringTestSupport

@testable import MainspringKeras

/// A model file that exists in memory only.
struct MemoryFile {
  var table: WeightTable.Kind
  var version: String? = "3.15.1"
  var options = KerasOptions()
  var shapes: [String: [Int]] = [:]
  var attributes: [String: [String: [String]]] = [:]
  var values: [String: [Float]] = [:]

  /// Groups of a legacy file: each weight by its stored name, in the order of the list.
  init(groups: [(name: String, weights: [(String, [Int])])], version: String? = "2.15.0") {
    table = .legacyModel
    self.version = version
    attributes["/model_weights"] = ["layer_names": groups.map { $0.name }]
    for group in groups {
      let path = "/model_weights/\(group.name)"
      attributes[path] = ["weight_names": group.weights.map { $0.0 }]
      for (name, shape) in group.weights { add("\(path)/\(name)", shape) }
    }
  }

  /// Arrays of a tree: `/layers/dense/vars/0`.
  init(tree: [(String, [Int])], version: String? = "3.15.1") {
    table = .kerasArchive
    self.version = version
    for (path, shape) in tree { add(path, shape) }
  }

  /// Elements are told apart by their array: a number made from its path, then 1 more for each.
  static func first(_ path: String) -> Float {
    Float(path.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 100_003 })
  }

  private mutating func add(_ path: String, _ shape: [Int]) {
    shapes[path] = shape
    let count = shape.reduce(1, *)
    values[path] = (0..<count).map { MemoryFile.first(path) + Float($0) / 64 }
  }

  func load(_ architecture: String) throws(KerasError) -> KerasModel {
    let table = WeightTable(
      kind: table, shapes: shapes, attribute: { attributes[$0]?[$1] },
      floats: { (path, shape) throws(KerasError) in
        guard let values = values[path], shapes[path] == shape else {
          throw .weights(layer: path, expected: "\(shape)", found: "another shape")
        }
        return values
      })
    return try KerasLoader(
      table: table, architecture: architecture, architectureName: "config.json", version: version,
      backend: nil, options: options
    ).load()
  }

  /// The elements stored at a path.
  func elements(_ path: String) throws -> [Float] { try #require(values[path]) }
}

/// The message of the error that loading throws.
func message(_ file: MemoryFile, _ architecture: String) -> String {
  do throws(KerasError) {
    _ = try file.load(architecture)
    return "no error"
  } catch {
    return "\(error)"
  }
}

/// A Sequential model of Keras 3 with an input in front.
func sequential(_ shape: String, _ layers: String...) -> String {
  let input =
    #"{"class_name":"InputLayer","config":{"name":"window","batch_shape":\#(shape)}}"#
  return #"{"class_name":"Sequential","config":{"name":"model","layers":["#
    + ([input] + layers).joined(separator: ",") + "]}}"
}

/// A layer's JSON: settings without the braces.
func layer(_ kind: String, _ name: String, _ settings: String = "") -> String {
  #"{"class_name":"\#(kind)","config":{"name":"\#(name)","trainable":true,"dtype":"float32""#
    + (settings.isEmpty ? "" : "," + settings) + "}}"
}

extension Graph {
  /// The operators in order, by name.
  var operations: [String] { nodes.map { $0.operation.name } }
}
