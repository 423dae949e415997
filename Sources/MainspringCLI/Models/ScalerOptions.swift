// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments
import MainspringNumPy
import MainspringRecordings

/// A scaler on the command line: two .npy files, or one of JSON.
enum ScalerOptions {
  static let options: [Option] = [
    .text(
      "mean", valueName: "file",
      help: "A .npy file of the channels' means: windows are normalised before they are run."),
    .text(
      "std", valueName: "file",
      help: "A .npy file of the channels' standard deviations, with --mean."),
    .text(
      "scaler", valueName: "file",
      help: "A JSON file with both: {\"mean\": […], \"std\": […]}."),
  ]

  /// For commands that take windows: what to do about the scaler in the model.
  static let alreadyScaled: Option = .flag(
    "already-scaled",
    help: "Windows are scaled. Otherwise they are raw, and scaled by the scaler a model carries.")

  /// The files a scaler is read from.
  static func files(_ arguments: ParsedArguments) -> [String] {
    ["mean", "std", "scaler"].compactMap { arguments.optionalText($0) }
  }

  /// The option a scaler is given with.
  static func option(_ arguments: ParsedArguments) -> String {
    arguments.optionalText("scaler") == nil ? "mean" : "scaler"
  }

  /// - Returns: nil when none is given.
  /// - Throws: ``Failure`` when a file is damaged or the two do not belong together.
  static func given(_ arguments: ParsedArguments) throws(Failure) -> Scaler? {
    if let path = arguments.optionalText("scaler") {
      for option in ["mean", "std"] where arguments.optionalText(option) != nil {
        throw Failure(usage: "'--scaler' holds what '--\(option)' says", arguments)
      }
      return try checked(try ContractReader(path).scaler(), path, path)
    }
    switch (arguments.optionalText("mean"), arguments.optionalText("std")) {
    case (nil, nil): return nil
    case (let mean?, let std?):
      return try checked(
        Scaler(means: try values(mean), deviations: try values(std)), mean, std)
    case (nil, _): throw Failure(usage: "'--std' needs '--mean'", arguments)
    case (_, nil): throw Failure(usage: "'--mean' needs '--std'", arguments)
    }
  }

  private static func checked(
    _ scaler: Scaler, _ meanPath: String, _ path: String
  ) throws(Failure) -> Scaler {
    guard scaler.means.count == scaler.deviations.count else {
      throw Failure(
        .badData,
        """
        \(path): expected \(scaler.means.count) numbers as in \(meanPath), found \
        \(scaler.deviations.count)
        """)
    }
    if let index = scaler.deviations.firstIndex(where: { $0 <= 0 }) {
      throw Failure(
        .badData,
        "\(path): number \(index): expected one above 0, found \(scaler.deviations[index])"
      )
    }
    return scaler
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
}
