// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// Why a model file, or an array of it, cannot be read.
public struct StorageError: Error, Equatable, Sendable {
  /// What went wrong, as far as a caller may want to tell cases apart.
  public enum Problem: Equatable, Sendable {
    // There is nothing to read.
    case missing
    case noPermission
    case isDirectory
    case isSavedModel
    case notRegularFile
    case cannotOpen(reason: String)

    // The bytes are not a model, or one that is refused.
    case empty
    case tooLarge(byteCount: Int, limit: Int)
    case notAModel(found: String)
    /// The file contradicts itself or ends too early.
    case damaged(String)
    /// The file uses something that is not read on purpose; says what and where.
    case unsupported(String)
    /// Reading took more memory, or there were more objects, than is granted.
    case limit(String)
    /// Reading took longer than is granted.
    case timeLimit(seconds: Int)
    /// The fenced-off process died on the file.
    case crashed(signal: String)
    case noDataset(path: String)
    case shape(path: String, expected: [Int], found: [Int])

    // The installation, or this program, is at fault.
    case helperMissing(lookedFor: [String])
    case helperNotStarted(reason: String)
    case helperFailed(String)
    case closed
  }

  /// Whose fault it is; decides the exit code of a tool.
  public enum Blame: Equatable, Sendable {
    /// The input is not there or cannot be opened (66).
    case missingInput
    /// The input is there and is wrong (65).
    case badData
    /// The program or its installation (70).
    case ourFault
  }

  /// The file, as the caller gave it.
  public let file: String
  public let problem: Problem

  init(_ file: String, _ problem: Problem) {
    self.file = file
    self.problem = problem
  }

  public var blame: Blame {
    switch problem {
    case .missing, .noPermission, .isDirectory, .notRegularFile, .cannotOpen: .missingInput
    case .isSavedModel, .empty, .tooLarge, .notAModel, .damaged, .unsupported, .limit, .timeLimit,
      .crashed, .noDataset, .shape:
      .badData
    case .helperMissing, .helperNotStarted, .helperFailed, .closed: .ourFault
    }
  }
}

extension StorageError: CustomStringConvertible {
  /// One line, whatever names from files are in it: file, place, expected and found.
  public var description: String { "\(file): \(problem)".escaped(limit: 5000) }
}

extension StorageError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "no such file"
    case .noPermission: "permission to read it is missing"
    case .isDirectory: "expected a file, found a directory"
    case .isSavedModel:
      "expected a file, found a TensorFlow SavedModel directory; save the model as .keras or .h5"
    case .notRegularFile: "expected a file, found a device or pipe"
    case .cannotOpen(let reason): "cannot be opened: \(reason)"
    case .empty: "the file is empty"
    case .tooLarge(let byteCount, let limit):
      "expected at most \(limit) bytes, found \(byteCount)"
    case .notAModel(let found): "expected an HDF5 file or a .keras archive, found \(found)"
    case .damaged(let text): text
    case .unsupported(let text): text
    case .limit(let text): text
    case .timeLimit(let seconds): "reading it took more than \(seconds) s and was ended"
    case .crashed(let signal): "the file is damaged: the process reading it died of \(signal)"
    case .noDataset(let path): "expected a dataset '\(path)', found none"
    case .shape(let path, let expected, let found):
      "'\(path)': expected the shape \(expected), found \(found)"
    case .helperMissing(let places):
      "the program mainspring-hdf5, which reads such files, is missing; looked for "
        + places.joined(separator: " and ")
    case .helperNotStarted(let reason): "mainspring-hdf5 cannot be started: \(reason)"
    case .helperFailed(let text): "mainspring-hdf5: \(text)"
    case .closed: "was closed already"
    }
  }
}
