// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringKeras

/// A model file described for a program.
enum InspectionJSON {
  static func text(_ model: OpenedModel, _ engine: Result<InspectCommand.Engine, Failure>) -> String
  {
    JSONText.object { json in
      json.member("path", model.path)
      json.member("writer", model.writer)
      json.member("form", model.form)
      switch model.origin {
      case .keras(let keras): members(keras, &json)
      case .tflite(let file, let byteCount): members(file, byteCount, &json)
      }
      switch engine {
      case .success(let engine): members(engine, &json)
      case .failure(let failure):
        json.member("runs", false)
        json.member("problem", failure.message)
      }
    }
  }

  private static func members(_ keras: KerasModel, _ json: inout JSONText) {
    json.member("name", keras.name)
    if let version = keras.kerasVersion { json.member("keras_version", version) }
    if let backend = keras.backend { json.member("backend", backend) }
    json.member("warnings", keras.warnings)
    json.member("layer_parameters", keras.layers.reduce(0) { $0 + $1.parameterCount })
    json.member("layers") { json in
      json.array(keras.layers) { json, layer in
        json.object { json in
          json.member("name", layer.name)
          json.member("kind", layer.kind)
          json.member("output_shape", layer.outputShape.extents)
          json.member("parameters", layer.parameterCount)
        }
      }
    }
  }

  private static func members(_ file: TFLiteModel, _ byteCount: Int, _ json: inout JSONText) {
    json.member("bytes", byteCount)
    if let version = file.minimumRuntime { json.member("min_runtime_version", version) }
    json.member("metadata", file.metadata.map { $0.name })
    json.member("associated_files") { json in
      json.array(file.associatedFiles) { json, file in
        json.object { json in
          json.member("name", file.name)
          json.member("read", file.contents != nil)
        }
      }
    }
    json.member("signatures") { json in
      json.array(file.signatures) { json, signature in
        json.object { json in
          json.member("key", signature.key)
          json.member("inputs", signature.inputs.map { $0.name })
          json.member("outputs", signature.outputs.map { $0.name })
        }
      }
    }
    json.member("file_operators") { json in
      json.array(file.operatorUses) { json, use in
        json.object { json in
          json.member("operator", use.name)
          json.member("version", Int(use.version))
          json.member("count", use.count)
        }
      }
    }
    json.member("subgraphs") { json in
      json.array(file.subgraphs) { json, subgraph in
        json.object { json in
          json.member("name", subgraph.name)
          json.member("inputs", subgraph.inputs.map { Int($0) })
          json.member("outputs", subgraph.outputs.map { Int($0) })
          json.member("tensors") { json in
            json.array(subgraph.tensors) { json, tensor in json.object { members(tensor, &$0) } }
          }
        }
      }
    }
  }

  private static func members(_ tensor: TFLiteModel.TensorRecord, _ json: inout JSONText) {
    json.member("name", tensor.name)
    json.member("type", "\(tensor.type)")
    json.member("shape", tensor.shape.map { Int($0) })
    if !tensor.shapeSignature.isEmpty {
      json.member("shape_signature", tensor.shapeSignature.map { Int($0) })
    }
    json.member("is_variable", tensor.isVariable)
    if let quantization = tensor.quantization {
      json.member("quantization") { json in
        json.object { json in
          json.member("scales") { $0.array(quantization.scales) { $0.number($1) } }
          json.member("zero_points", quantization.zeroPoints.map { Int($0) })
          json.member("axis", Int(quantization.axis))
        }
      }
    }
  }

  private static func members(_ engine: InspectCommand.Engine, _ json: inout JSONText) {
    let graph = engine.graph
    json.member("runs", true)
    for (key, ports) in [("inputs", engine.plan.inputs), ("outputs", engine.plan.outputs)] {
      json.member(key) { json in
        json.array(ports) { json, port in
          json.object { json in
            json.member("name", port.name)
            json.member("shape", port.shape.extents)
          }
        }
      }
    }
    if let contract = graph.contract {
      json.member("contract") { json in json.object { ContractJSON.members(contract, &$0) } }
    }
    json.member("operators") { json in
      json.array(graph.nodes) { json, node in
        json.object { json in
          json.member("name", graph.values[node.output].name)
          json.member("operator", node.operation.name)
          json.member("output_shape", graph.shape(of: node.output).extents)
          json.member("parameters", node.operation.parameterCount)
          json.member("multiply_accumulates", graph.multiplyAccumulates(of: node))
        }
      }
    }
    json.member("parameters", graph.parameterCount)
    json.member("multiply_accumulates", graph.multiplyAccumulates)
    json.member("arena_bytes", engine.plan.arenaByteCount)
    json.member("weight_bytes", engine.plan.weightByteCount)
    json.member("cpu", engine.plan.instructionSet.name)
  }
}
