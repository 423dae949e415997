// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where tests find their files. Paths have no slash at the end.
package enum Location {
  /// The folder of `Package.swift`.
  package static let packageRoot: String = {
    // …/Tests/_MainspringTestSupport/Location.swift; links are followed, so that `../shared` is
    // beside the real checkout.
    var path = #filePath
    if let real = unsafe realpath(path, nil) {
      path = unsafe String(cString: real)
      unsafe free(real)
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(3).joined(separator: "/")
  }()

  /// Example files too large for the repository: `$MAINSPRING_SHARED`, else `../shared` beside the
  /// package; `nil` when there are none.
  package static let shared: String? = {
    let path = environment("MAINSPRING_SHARED") ?? "\(packageRoot)/../shared"
    return isFolder("\(path)/conformance") ? path : nil
  }()

  /// For `.enabled(if: Location.hasShared, "needs ../shared")`.
  package static var hasShared: Bool { shared != nil }

  /// A path below the shared folder; traps without one, so guard the test with `hasShared`.
  package static func shared(_ path: String) -> String {
    guard let shared else { preconditionFailure("no shared folder for \(path)") }
    return "\(shared)/\(path)"
  }

  /// A path below `fixtures/`.
  package static func fixture(_ path: String) -> String { "\(packageRoot)/fixtures/\(path)" }

  /// A Python with ai-edge-litert and NumPy, which `tools/test` installs: `$MAINSPRING_PYTHON`, else
  /// the one in `tools/.venv`; `nil` when there is none.
  package static let python: String? = {
    let path = environment("MAINSPRING_PYTHON") ?? "\(packageRoot)/tools/.venv/bin/python"
    return exists(path) ? path : nil
  }()

  /// An environment variable, `nil` when unset or empty.
  package static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
