// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringNumPy

/// The .npy files a model's inputs are read from, one window at a time.
final class WindowFiles {
  let paths: [String]
  let count: Int
  private let files: [File]
  private var buffers: [[Float]]
  private let scaling: InputScaling

  /// A class, because a file cannot be copied and an array would have to.
  private final class File {
    let file: NumPyFile

    init(_ path: String) throws(Failure) {
      do throws(NumPyError) {
        file = try NumPyFile(path: path)
      } catch {
        throw Failure(error)
      }
    }

    func read(from start: Int, into values: inout [Float]) throws(NumPyError) {
      var span = values.mutableSpan
      try file.read(from: start, into: &span)
    }
  }

  /// Opens the files and checks them against the inputs of the plan.
  ///
  /// - Parameter scaling: what is done to windows when they are read.
  init(
    _ paths: [String], _ plan: Plan, _ arguments: ParsedArguments, scaling: InputScaling = .none
  ) throws(Failure) {
    self.scaling = scaling
    guard paths.count == plan.inputs.count else {
      let names = plan.inputs.map { "'\($0.name)' \($0.shape)" }.joined(separator: ", ")
      throw Failure(
        usage: "expected \(plan.inputs.count) .npy file(s), for \(names), found \(paths.count)",
        arguments)
    }
    var files: [File] = []
    var count: Int?
    for (path, port) in zip(paths, plan.inputs) {
      let file = try File(path)
      let found = try WindowFiles.windowCount(file.file, port, path)
      if let count, found != count {
        throw Failure(
          .badData, "\(path): expected \(count) windows as in \(paths[0]), found \(found)")
      }
      if found == 0 { throw Failure(.badData, "\(path): expected at least one window, found none") }
      count = found
      files.append(file)
    }
    self.paths = paths
    self.files = files
    self.count = count ?? 0
    buffers = plan.inputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
  }

  /// The batch extent of the input is the number of windows in the file; it may be left out.
  private static func windowCount(_ file: borrowing NumPyFile, _ port: Port, _ path: String)
    throws(Failure) -> Int
  {
    let window = Array(port.shape.extents.dropFirst())
    let batch = port.shape.extents.first ?? 1
    guard batch == 1 else {
      throw Failure(
        .badData,
        "\(path): expected a model that takes one window at a time, found a batch of \(batch) in "
          + "input '\(port.name)'")
    }
    if file.shape.count == window.count + 1, file.rowShape == window { return file.shape[0] }
    if file.shape == window { return 1 }
    let wanted = "[windows" + window.map { ", \($0)" }.joined() + "]"
    throw Failure(
      .badData,
      "\(path): expected the shape \(wanted) for input '\(port.name)', found \(file.shape)")
  }

  /// Hands window `index` to a lane of the session and has what is not finite counted.
  func load(
    _ index: Int, into session: inout BatchSession, lane: Int, _ tally: inout Tally
  ) throws(Failure) {
    for input in files.indices {
      try read(index, input)
      let values = buffers[input]
      tally.inspect(values, input: input, window: index)
      let span = values.span
      try RunCommand.checked { () throws(RunError) in try session.setInput(input, span, lane: lane)
      }
    }
  }

  /// The elements of every input in window `index`.
  func window(_ index: Int) throws(Failure) -> [[Float]] {
    for input in files.indices { try read(index, input) }
    return buffers
  }

  private func read(_ index: Int, _ input: Int) throws(Failure) {
    let file = files[input]
    let size = buffers[input].count
    do throws(NumPyError) {
      try file.read(from: index * size, into: &buffers[input])
    } catch {
      throw Failure(error)
    }
    scaling.apply(to: &buffers[input], input: input)
  }
}
