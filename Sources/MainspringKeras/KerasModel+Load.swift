// SPDX-License-Identifier: Apache-2.0

import MainspringWire

extension KerasModel {
  /// Reads a model file of Keras 1, 2 or 3 and builds its graph.
  ///
  /// - Parameters:
  ///   - path: `.keras`, `.h5` or `.weights.h5`; told apart by content.
  ///   - architecture: the JSON of `model.to_json()`, or a `.keras` or `.h5` file to take the
  ///     architecture from; needed for a file of weights only.
  ///   - options: what the file cannot tell.
  /// - Throws: ``KerasError`` naming the file, the place, what was expected and what was found.
  /// - Complexity: linear in the size of the file, twice its weights in memory; the file is read
  ///   by a process of its own.
  public static func load(
    _ path: String, architecture: String? = nil, options: KerasOptions = KerasOptions()
  ) throws(KerasError) -> KerasModel {
    let storage = try open(path, options)
    defer { storage.close() }
    let source: ModelDescription
    if let architecture {
      source = try ModelDescription.read(architecture, options)
    } else if let own = ModelDescription(storage) {
      source = own
    } else {
      throw .inFile(
        path,
        .architecture(
          place: "model", expected: "an architecture",
          found: "weights only; give the architecture: the JSON of model.to_json(), or a .keras "
            + "or .h5 file of the whole model"))
    }
    let loader = KerasLoader(
      table: WeightTable(storage), architecture: source.text, architectureName: source.name,
      version: source.version ?? storage.documents.kerasVersion, backend: source.backend,
      options: options)
    do throws(KerasError) {
      return try loader.load()
    } catch {
      if case .storage = error { throw error }
      throw .inFile(path, error)
    }
  }

  static func open(_ path: String, _ options: KerasOptions) throws(KerasError) -> ModelStorage {
    do throws(StorageError) {
      return try ModelStorage(path: path, helper: options.helperPath)
    } catch {
      throw .storage(error)
    }
  }
}

extension WeightTable {
  /// What a storage client hands out.
  init(_ storage: ModelStorage) {
    let kind: Kind =
      switch storage.kind {
      case .legacyModel: .legacyModel
      case .legacyWeights: .legacyWeights
      case .weightsV3: .weightsV3
      case .kerasArchive: .kerasArchive
      }
    self.init(
      kind: kind, shapes: storage.datasets.mapValues { $0.shape },
      attribute: { storage.attributes($0, $1) },
      floats: { (path, shape) throws(KerasError) in
        do throws(StorageError) {
          return try storage.floats(path, shape: shape)
        } catch {
          throw .storage(error)
        }
      })
  }
}
