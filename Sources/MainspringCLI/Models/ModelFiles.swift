// SPDX-License-Identifier: Apache-2.0

import Glibc
import MainspringArguments
import MainspringConvert

/// The files a conversion writes: one, or several in a folder that is made for them.
struct ModelFiles {
  let outputs: OutputPaths
  /// The folder, when there is more than one precision.
  private let folder: String?

  /// - Parameter inputs: every file the command reads.
  init(_ arguments: ParsedArguments, _ precisions: [ModelPrecision], inputs: [String])
    throws(Failure)
  {
    let output = arguments.text("output")
    if precisions.count == 1 {
      folder = nil
      outputs = try OutputPaths([output], inputs: inputs, arguments)
      try outputs.requireWritable()
    } else {
      if output == "-" {
        throw Failure(usage: "'--output -': several precisions need a folder", arguments)
      }
      let stem = ModelFiles.stem(of: arguments.argument("model"))
      let slash = output.hasSuffix("/") ? "" : "/"
      folder = output
      outputs = try OutputPaths(
        precisions.map { "\(output)\(slash)\(stem)-\($0).tflite" }, inputs: inputs, arguments)
      if unsafe access(output, F_OK) == 0 {
        try outputs.requireWritable()
      } else {
        try ModelFiles.requireParent(of: output)
      }
    }
  }

  /// A folder that is to be made needs one to be made in.
  private static func requireParent(of folder: String) throws(Failure) {
    let path = folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard unsafe access(parent, W_OK | X_OK) == 0 else {
      throw Failure(FileError(path: folder, operation: "mkdir", code: errno))
    }
  }

  /// Makes all files appear, or none.
  func write(_ contents: [[UInt8]]) throws(Failure) {
    let isNew = try makeFolder()
    do throws(FileError) {
      var files: [OutputFile] = []
      for (path, bytes) in zip(outputs.paths, contents) {
        let file = try OutputFile(replacing: path)
        try file.write(bytes)
        try file.flush()
        files.append(file)
      }
      for file in files { try file.commit() }
    } catch {
      if isNew, let folder { _ = unsafe rmdir(folder) }
      throw Failure(error)
    }
  }

  /// - Returns: whether it was not there before.
  private func makeFolder() throws(Failure) -> Bool {
    guard let folder else { return false }
    if unsafe mkdir(folder, 0o777) == 0 { return true }
    let code = errno
    var status = stat()
    if code == EEXIST, unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      return false
    }
    let reason = code == EEXIST ? ENOTDIR : code
    throw Failure(FileError(path: folder, operation: "mkdir", code: reason))
  }

  /// `model` of `folder/model.weights.h5`.
  static func stem(of path: String) -> String {
    let name = path.split(separator: "/").last ?? "model"
    for ending in [".weights.h5", ".h5", ".hdf5", ".keras", ".tflite"]
    where name.lowercased().hasSuffix(ending) && name.count > ending.count {
      return String(name.dropLast(ending.count))
    }
    return String(name)
  }
}
