// SPDX-License-Identifier: Apache-2.0

extension ModelDescription {
  private static let expected = "the JSON of model.to_json(), a .keras or an .h5 file"

  /// From a file of JSON, or from a model file that holds one.
  ///
  /// JSON may follow a byte order mark, and may be in a string of its own, as
  /// `json.dump(model.to_json(), file)` writes it.
  static func read(_ path: String, _ options: KerasOptions) throws(KerasError) -> ModelDescription {
    let text: String?
    do throws(StorageError) {
      text = try JSONFile.text(path)
    } catch {
      throw .storage(error)
    }
    guard let text else { return try inModel(path, options) }
    let json = try JSONParser.parse(text, document: path)
    guard var inner = json.string else {
      return try ModelDescription(json, text: text, name: path, path: path)
    }
    if inner.unicodeScalars.first == "\u{feff}" { inner.unicodeScalars.removeFirst() }
    guard JSONFile.isJSON(inner.utf8) else { throw failure(path, found: "\(json)") }
    let name = "the string in \(path)"
    return try ModelDescription(
      try JSONParser.parse(inner, document: name), text: inner, name: name, path: path)
  }

  private init(_ json: JSON, text: String, name: String, path: String) throws(KerasError) {
    guard json["class_name"] != nil else {
      let isIndex = json["weight_map"] != nil
      throw ModelDescription.failure(
        path, found: isIndex ? "the index of weights split over several files" : "\(json)")
    }
    self.init(text: text, name: name, version: nil, backend: nil)
  }

  private static func inModel(
    _ path: String, _ options: KerasOptions
  ) throws(KerasError) -> ModelDescription {
    let storage: ModelStorage
    do throws(KerasError) {
      storage = try KerasModel.open(path, options)
    } catch {
      if case .storage(let cause) = error, case .notAModel(let found) = cause.problem {
        throw failure(path, found: found)
      }
      throw error
    }
    defer { storage.close() }
    guard let description = ModelDescription(storage) else {
      throw failure(path, found: "a file of weights only")
    }
    return description
  }

  private static func failure(_ path: String, found: String) -> KerasError {
    .architecture(place: path, expected: expected, found: found)
  }
}
