// SPDX-License-Identifier: Apache-2.0

/// Bytes that are no record of ``WireFormat``.
package enum WireError: Error, Equatable, Sendable {
  case truncated(field: String)
  case tooLarge(field: String, found: Int, limit: Int)
  case notUTF8(field: String)
  case unknown(field: String, found: Int)
  case trailingBytes(count: Int)
}

extension WireError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let field): "the record ends within its \(field)"
    case .tooLarge(let field, let found, let limit):
      "\(field): expected at most \(limit), found \(found)"
    case .notUTF8(let field): "\(field): expected UTF-8"
    case .unknown(let field, let found): "\(field): \(found) is not known"
    case .trailingBytes(let count): "\(count) bytes too many at the end of the record"
    }
  }
}
