// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The directory with its slash, empty for the current one, and the name in it.
func splitPath(_ path: String) -> (directory: String, name: String) {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
  return (String(path[...slash]), String(path[path.utf8.index(after: slash)...]))
}

/// `open`, closing on exec, with a number above the standard ones: where standard output is
/// closed, what is printed must not end up in the file.
func openApart(_ path: String, _ flags: CInt, mode: mode_t = 0) -> CInt {
  let descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
  guard (0...2).contains(descriptor) else { return descriptor }
  let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
  let code = errno
  _ = close(descriptor)
  errno = code
  return copy
}
