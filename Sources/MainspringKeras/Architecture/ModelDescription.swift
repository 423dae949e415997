// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The text that describes a model, and what is known about who wrote it.
struct ModelDescription {
  let text: String
  /// What to call the text in an error.
  let name: String
  let version: String?
  let backend: String?

  /// Descriptions of models with thousands of layers stay far below this.
  private static let maximumByteCount = 1 << 26

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

  private init(text: String, name: String, version: String?, backend: String?) {
    self.text = text
    self.name = name
    self.version = version
    self.backend = backend
  }

  /// From a JSON file, or from a model file that holds one.
  static func read(_ path: String, _ options: KerasOptions) throws(KerasError) -> ModelDescription {
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try contents(path)
    } catch {
      throw .storage(error)
    }
    let first = bytes.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
    if first == UInt8(ascii: "{") {
      return ModelDescription(
        text: String(decoding: bytes, as: UTF8.self), name: path, version: nil, backend: nil)
    }
    let storage = try KerasModel.open(path, options)
    defer { storage.close() }
    guard let description = ModelDescription(storage) else {
      throw .inFile(
        path, .architecture(place: "model", expected: "an architecture", found: "weights only"))
    }
    return description
  }

  private static func contents(_ path: String) throws(StorageError) -> [UInt8] {
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR: throw StorageError(path, .missing)
      case EACCES, EPERM: throw StorageError(path, .noPermission)
      case let number: throw StorageError(path, .cannotOpen(reason: systemMessage(number)))
      }
    }
    defer { _ = Glibc.close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw StorageError(path, .cannotOpen(reason: systemMessage(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let isDirectory = status.st_mode & S_IFMT == S_IFDIR
      throw StorageError(path, isDirectory ? .isDirectory : .notRegularFile)
    }
    let byteCount = Int(status.st_size)
    guard byteCount > 0 else { throw StorageError(path, .empty) }
    guard byteCount <= maximumByteCount else {
      throw StorageError(path, .tooLarge(byteCount: byteCount, limit: maximumByteCount))
    }
    return try read(descriptor, byteCount: byteCount, path)
  }

  private static func read(
    _ descriptor: Int32, byteCount: Int, _ path: String
  ) throws(StorageError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: byteCount)
    var filled = 0
    while filled < byteCount {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), byteCount - filled)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw StorageError(path, .cannotOpen(reason: systemMessage(errno)))
      }
      if count == 0 { break }
      filled += count
    }
    return Array(bytes.prefix(filled))
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
