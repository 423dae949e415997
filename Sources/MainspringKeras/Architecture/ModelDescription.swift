// SPDX-License-Identifier: Apache-2.0

/// The text that describes a model, and what is known about who wrote it.
struct ModelDescription {
  let text: String
  /// What to call the text in an error.
  let name: String
  let version: String?
  let backend: String?

  /// The description a model file carries; nil for one of weights only.
  init?(_ storage: ModelStorage) {
    let documents = storage.documents
    if let text = documents["config.json"] {
      self.init(text: text, name: "config.json", version: documents.kerasVersion, backend: nil)
    } else if let text = documents["model_config"] {
      self.init(
        text: text, name: "model_config", version: documents.kerasVersion,
        backend: documents["backend"])
    } else {
      return nil
    }
  }

  init(text: String, name: String, version: String?, backend: String?) {
    self.text = text
    self.name = name
    self.version = version
    self.backend = backend
  }
}

extension [String: String] {
  /// The version that wrote a model, from a legacy file's attribute or an archive's metadata.
  var kerasVersion: String? {
    if let version = self["keras_version"] { return version }
    guard let metadata = self["metadata.json"] else { return nil }
    do throws(KerasError) {
      return try JSONParser.parse(metadata, document: "metadata.json")["keras_version"]?.string
    } catch {
      return nil
    }
  }
}
