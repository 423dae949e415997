// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Mainspring
import MainspringArguments
import MainspringKeras

/// A model file of any kind, and the graph in it.
struct OpenedModel {
  enum Origin {
    case keras(KerasModel)
    case tflite(TFLiteModel, byteCount: Int)
  }

  let path: String
  let origin: Origin
  /// When a TFLite file was in memory and nothing of it read; nil for a Keras file, whose bytes stay
  /// with the helper.
  let mapped: Int64?
  /// As the file says it, not optimised; a TFLite file that only other runtimes run has none.
  let graph: Result<Graph, Failure>

  /// Opens the model a command names.
  ///
  /// - Throws: ``Failure`` when the file is missing or is no model.
  init(_ arguments: ParsedArguments) throws(Failure) {
    try self.init(arguments.argument("model"), arguments)
  }

  /// Opens one of several models.
  ///
  /// - Parameter isOneOfMany: options for Keras files are for those among them.
  init(_ path: String, _ arguments: ParsedArguments, isOneOfMany: Bool = false) throws(Failure) {
    if path.isEmpty { throw Failure(usage: "the path of the model is empty", arguments) }
    self.path = path
    if OpenedModel.isTFLite(path) {
      let (model, byteCount, mapped) = try OpenedModel.tflite(path)
      if !isOneOfMany, let option = ModelOptions.kerasOption(in: arguments) {
        throw Failure(
          usage: "'--\(option)' is for Keras files; \(path) is a TFLite file", arguments)
      }
      origin = .tflite(model, byteCount: byteCount)
      self.mapped = mapped
      graph = OpenedModel.graph(model, path)
      if case .success(let graph) = graph {
        for misfit in model.contractMisfits(graph) {
          Console.note(
            "warning: \(path): metadata: \(misfit.place): expected \(misfit.expected), found "
              + "\(misfit.found); left out")
        }
      }
    } else {
      let options = KerasOptions(
        windowLength: arguments.optionalInteger("window"),
        helperPath: arguments.optionalText("reader"),
        assumesNoPadding: arguments.flag("assume-no-padding"))
      let model: KerasModel
      do throws(KerasError) {
        model = try KerasModel.load(
          path, architecture: arguments.optionalText("architecture"), options: options)
      } catch {
        throw Failure(error)
      }
      for warning in model.warnings { Console.note("warning: \(path): \(warning)") }
      origin = .keras(model)
      mapped = nil
      graph = .success(model.graph)
    }
  }

  /// The graph after all passes, as it is run and written.
  ///
  /// - Throws: ``Failure`` when the file holds operators this project does not run.
  func optimizedGraph() throws(Failure) -> Graph {
    let graph = try graph.get()
    do throws(GraphError) {
      return try graph.optimized()
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  /// What runs the graph.
  ///
  /// - Parameter set: the instructions to use; by default those `MAINSPRING_CPU` names or else the
  ///   best ones.
  func plan(_ graph: Graph, instructionSet set: InstructionSet? = nil) throws(Failure) -> Plan {
    try packed(try layout(graph, instructionSet: set))
  }

  /// Gives memory back to the system that loading took and released, once a model is gone and its
  /// plan stays: windows may come for days.
  static func returnMemory() { clinux_return_memory() }

  /// A plan but for its packed weights.
  func layout(
    _ graph: Graph, instructionSet set: InstructionSet?
  ) throws(Failure) -> PlanLayout {
    let chosen: InstructionSet
    if let set { chosen = set } else { chosen = try OpenedModel.instructionSet() }
    do throws(PlanError) {
      return try PlanLayout(graph, instructionSet: chosen)
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  func packed(_ layout: PlanLayout) throws(Failure) -> Plan {
    do throws(PlanError) { return try Plan(layout) } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  /// The instruction set `MAINSPRING_CPU` names, or else the best one.
  static func instructionSet() throws(Failure) -> InstructionSet {
    do throws(InstructionSetError) {
      return try InstructionSet.requested() ?? .best
    } catch {
      throw Failure(.usage, "MAINSPRING_CPU: \(error)")
    }
  }

  /// Content decides; a file that is neither kind is what its name says, for a better error.
  private static func isTFLite(_ path: String) -> Bool {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return path.hasSuffix(".tflite") }
    defer { close(file) }
    var head = [UInt8](repeating: 0, count: 8)
    let count = unsafe head.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, 8) }
    if count == 8, head[4...] == Array("TFL3".utf8)[...] { return true }
    let isKeras = head.starts(with: [0x89, 0x48, 0x44, 0x46]) || head.starts(with: "PK".utf8)
    return !isKeras && path.hasSuffix(".tflite")
  }

  private static func tflite(_ path: String) throws(Failure) -> (TFLiteModel, Int, Int64) {
    let file: MappedFile
    do throws(MappedFileError) {
      file = try MappedFile(path: path)
    } catch {
      throw Failure(error)
    }
    let mapped = Clock.now()
    do throws(TFLiteError) {
      return (try TFLiteModel(parsing: file.bytes), file.byteCount, mapped)
    } catch {
      throw Failure(.badData, "\(path): \(error)")
    }
  }

  private static func graph(_ model: TFLiteModel, _ path: String) -> Result<Graph, Failure> {
    do throws(TFLiteError) {
      return .success(try Graph(model))
    } catch {
      return .failure(Failure(.badData, "\(path): \(error)"))
    }
  }
}
