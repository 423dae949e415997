// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringConvert
import MainspringNumPy

/// The .npy files a model's outputs are written to; each appears whole or not at all.
final class ResultFiles {
  private var writers: [Writer] = []

  /// A class, because a writer cannot be copied and an array would have to.
  private final class Writer {
    let file: OutputFile
    var writer: NumPyWriter<FileError>?

    init(_ path: String, shape: [Int]) throws(FileError) {
      let file = try OutputFile(replacing: path)
      self.file = file
      writer = NumPyWriter(shape: shape) { (chunk) throws(FileError) in try file.write(chunk) }
    }
  }

  init(_ outputs: OutputPaths, _ plan: Plan, count: Int, _ arguments: ParsedArguments)
    throws(Failure)
  {
    let paths = outputs.paths
    if paths.isEmpty { return }
    guard paths.count == plan.outputs.count else {
      let names = plan.outputs.map { "'\($0.name)'" }.joined(separator: ", ")
      throw Failure(
        usage:
          "expected '--output' \(plan.outputs.count) time(s), for \(names), found \(paths.count)",
        arguments)
    }
    for (path, port) in zip(paths, plan.outputs) {
      do throws(FileError) {
        writers.append(
          try Writer(path, shape: [count] + Array(port.shape.extents.dropFirst())))
      } catch {
        throw Failure(error)
      }
    }
  }

  func append(_ results: [[Float]]) throws(Failure) {
    for (writer, values) in zip(writers, results) {
      do throws(FileError) {
        try writer.writer?.append(values.span)
      } catch {
        throw Failure(error)
      }
    }
  }

  /// Makes the files appear: all of them, or none when one cannot be written.
  func finish() throws(Failure) {
    do throws(FileError) {
      for writer in writers {
        try writer.writer.take()?.finish()
        try writer.file.flush()
      }
      for writer in writers { try writer.file.commit() }
    } catch {
      throw Failure(error)
    }
  }
}
