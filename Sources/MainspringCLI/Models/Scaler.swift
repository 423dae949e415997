// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringNumPy

/// Mean and standard deviation of each channel: what windows are normalised with.
struct Scaler {
  let means: [Float]
  let deviations: [Float]

  static let options: [Option] = [
    .text(
      "mean", valueName: "file",
      help: "A .npy file of the channels' means: windows are normalised before they are run."),
    .text(
      "std", valueName: "file",
      help: "A .npy file of the channels' standard deviations, with --mean."),
  ]

  /// The files a scaler is read from.
  static func files(_ arguments: ParsedArguments) -> [String] {
    [arguments.optionalText("mean"), arguments.optionalText("std")].compactMap { $0 }
  }

  /// - Returns: nil when none is asked for.
  /// - Throws: ``Failure`` when a file is damaged or the two do not belong together.
  static func given(_ arguments: ParsedArguments) throws(Failure) -> Scaler? {
    switch (arguments.optionalText("mean"), arguments.optionalText("std")) {
    case (nil, nil): return nil
    case (let mean?, let std?):
      let means = try values(mean)
      let deviations = try values(std)
      guard means.count == deviations.count else {
        throw Failure(
          .badData,
          "\(std): expected \(means.count) numbers as in \(mean), found \(deviations.count)")
      }
      if let index = deviations.firstIndex(where: { $0 <= 0 }) {
        throw Failure(
          .badData, "\(std): number \(index): expected one above 0, found \(deviations[index])")
      }
      return Scaler(means: means, deviations: deviations)
    case (nil, _): throw Failure(usage: "'--std' needs '--mean'", arguments)
    case (_, nil): throw Failure(usage: "'--mean' needs '--std'", arguments)
    }
  }

  private static func values(_ path: String) throws(Failure) -> [Float] {
    let array: NumPyArray
    do throws(NumPyError) { array = try NumPyArray(path: path) } catch { throw Failure(error) }
    let long = array.shape.filter { $0 != 1 }
    guard long.count <= 1, !array.floats.isEmpty else {
      throw Failure(.badData, "\(path): expected a number for each channel, found \(array.shape)")
    }
    if let index = array.floats.firstIndex(where: { !$0.isFinite }) {
      throw Failure(
        .badData, "\(path): number \(index): expected a finite one, found \(array.floats[index])")
    }
    return array.floats
  }

  /// - Throws: ``Failure`` when the input has another number of channels.
  func check(_ port: Port, _ arguments: ParsedArguments) throws(Failure) {
    guard port.shape.channels == means.count else {
      throw Failure(
        usage: """
          '--mean' holds \(means.count) numbers, expected \(port.shape.channels) for input \
          '\(port.name)' \(port.shape)
          """, arguments)
    }
  }

  func apply(to values: inout [Float]) {
    for index in values.indices {
      let channel = index % means.count
      values[index] = (values[index] - means[channel]) / deviations[channel]
    }
  }
}
