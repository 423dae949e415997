// SPDX-License-Identifier: Apache-2.0

/// Why a .npy file was refused: which file, where in it, what was expected and what was found.
package enum NumPyError: Error, Hashable, Sendable {
  /// There is no such file.
  case missing(path: String)
  /// The path names a directory.
  case directory(path: String)
  /// The file may not be read.
  case notPermitted(path: String)
  /// The path names a pipe, socket or device, whose size is not known beforehand.
  case notRegularFile(path: String)
  /// A system call failed with `code` (an `errno`) for a reason other than the ones above.
  case system(path: String, call: String, code: Int32)

  /// The file does not start with the .npy magic number.
  case notNumPy(path: String, found: String)
  /// The format version is none of 1.0, 2.0 and 3.0.
  case version(path: String, major: UInt8, minor: UInt8)
  /// The header is damaged at byte `offset` of the file.
  case header(path: String, offset: Int, expected: String, found: String)
  /// The elements are stored column-major.
  case fortranOrder(path: String)
  /// The elements are stored in big-endian order.
  case bigEndian(path: String, descriptor: String)
  /// The elements are of a type the reader does not take.
  case elementType(path: String, expected: String, found: String)
  /// The declared shape needs more bytes than an `Int` counts.
  case hugeShape(path: String, shape: [Int])
  /// The data section is truncated or over-long; both counts are in bytes.
  case dataSize(path: String, shape: [Int], expected: Int, found: Int)
  /// An integer does not fit the result.
  case integerRange(path: String, index: Int, found: String)
}

extension NumPyError {
  /// Whether the file could not be read at all (as opposed to: it was read and its content refused).
  package var isUnreadable: Bool {
    switch self {
    case .missing, .directory, .notPermitted, .notRegularFile, .system: true
    case .notNumPy, .version, .header, .fortranOrder, .bigEndian, .elementType, .hugeShape,
      .dataSize, .integerRange:
      false
    }
  }

  /// The path of the file, or the name given with its bytes.
  package var path: String {
    switch self {
    case .missing(let path), .directory(let path), .notPermitted(let path),
      .notRegularFile(let path), .system(let path, _, _), .notNumPy(let path, _),
      .version(let path, _, _), .header(let path, _, _, _), .fortranOrder(let path),
      .bigEndian(let path, _), .elementType(let path, _, _), .hugeShape(let path, _),
      .dataSize(let path, _, _, _), .integerRange(let path, _, _):
      path
    }
  }
}

extension NumPyError: CustomStringConvertible {
  package var description: String { "\(path): \(reason)" }

  private var reason: String {
    switch self {
    case .missing: "no such file; expected a .npy file"
    case .directory: "is a directory; expected a .npy file"
    case .notPermitted: "permission denied"
    case .notRegularFile: "is not a regular file; expected a .npy file"
    case .system(_, let call, let code): "\(call) failed: \(systemMessage(code))"
    case .notNumPy(_, let found):
      "not a .npy file: expected it to start with \\x93NUMPY, found \(found)"
    case .version(_, let major, let minor):
      "expected .npy format version 1.0, 2.0 or 3.0, found \(major).\(minor)"
    case .header(_, let offset, let expected, let found):
      "damaged .npy header at byte \(offset): expected \(expected), found \(found)"
    case .fortranOrder:
      "expected C order (row-major), found Fortran order; save numpy.ascontiguousarray(x) instead"
    case .bigEndian(_, let descriptor):
      "expected little-endian elements, found big-endian '\(descriptor)'"
    case .elementType(_, let expected, let found):
      "expected elements of type \(expected), found \(found)"
    case .hugeShape(_, let shape): "shape \(tuple(shape)) is larger than memory can be"
    case .dataSize(_, let shape, let expected, let found):
      "\(found < expected ? "truncated" : "over-long"): shape \(tuple(shape)) needs "
        + "\(expected) bytes of data, found \(found)"
    case .integerRange(_, let index, let found):
      "element \(index): expected at most \(Int.max), found \(found)"
    }
  }
}

/// The shape as Python writes it, which is how the author of the file knows it.
func tuple(_ shape: [Int]) -> String {
  if shape.count == 1 { return "(\(shape[0]),)" }
  return "(" + shape.map { "\($0)" }.joined(separator: ", ") + ")"
}
