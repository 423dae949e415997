// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
public import MainspringRuntime
public import MainspringTFLite

extension Plan {
  /// Opens a `.tflite` file and makes it ready to run.
  ///
  /// ```swift
  /// let plan = try Plan(contentsOf: "gesture.tflite")
  /// var session = Session(plan)
  /// try session.run(window.span, into: &probabilities)
  /// ```
  ///
  /// The file is mapped while it is read and not needed afterwards.
  ///
  /// - Throws: ``LoadError`` naming the file, the place in it, what was expected and what was found.
  /// - Complexity: O(bytes of the file).
  public convenience init(contentsOf path: String, instructionSet: InstructionSet = .best)
    throws(LoadError)
  {
    let graph = try Graph(contentsOf: path)
    do throws(PlanError) {
      try self.init(graph, instructionSet: instructionSet)
    } catch {
      throw .plan(path: path, error)
    }
  }
}

extension Graph {
  /// Opens a `.tflite` file as the graph an engine should run: all passes applied.
  ///
  /// - Throws: ``LoadError`` naming the file, the place in it, what was expected and what was found.
  public init(contentsOf path: String) throws(LoadError) {
    let file: MappedFile
    do throws(MappedFileError) {
      file = try MappedFile(path: path)
    } catch {
      throw .file(error)
    }
    let graph: Graph
    do throws(TFLiteError) {
      graph = try Graph(tflite: file.bytes)
    } catch {
      throw .model(path: path, error)
    }
    do throws(GraphError) {
      self = try graph.optimized()
    } catch {
      throw .graph(path: path, error)
    }
  }
}

/// Why a model file cannot be made ready to run.
public enum LoadError: Error, Hashable, Sendable {
  case file(MappedFileError)
  case model(path: String, TFLiteError)
  case graph(path: String, GraphError)
  case plan(path: String, PlanError)
}

extension LoadError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .model(let path, let error): "\(path): \(error)"
    case .graph(let path, let error): "\(path): \(error)"
    case .plan(let path, let error): "\(path): \(error)"
    }
  }
}
