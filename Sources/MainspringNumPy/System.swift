// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system's words for an `errno`, or its number.
func systemMessage(_ code: Int32) -> String {
  // Thread-safe since glibc 2.32 and in musl.
  guard let message = unsafe strerror(code) else { return "error \(code)" }
  return unsafe String(cString: message)
}

/// An open regular file, read by position.
///
/// It is read with `pread`, not mapped: a file that somebody truncates meanwhile is an error here
/// and would be a SIGBUS there, and pages that were read do not stay in the process.
struct RegularFile: ~Copyable {
  let path: String
  let byteCount: Int
  private let descriptor: Int32

  init(path: String) throws(NumPyError) {
    let opened = try Self.opened(path)
    self.path = path
    descriptor = opened.descriptor
    byteCount = opened.byteCount
  }

  deinit { _ = close(descriptor) }

  private static func opened(
    _ path: String
  ) throws(NumPyError) -> (descriptor: Int32, byteCount: Int) {
    // A NUL would cut the path short on its way to C and open another file.
    if path.utf8.contains(0) || path.isEmpty { throw .missing(path: path) }
    var descriptor: Int32
    repeat {
      // Without O_NONBLOCK the open of a pipe waits for its writer.
      descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    } while descriptor < 0 && errno == EINTR
    if descriptor < 0 { throw failure(path, "open", errno) }
    var status = stat()
    if unsafe fstat(descriptor, &status) != 0 {
      let code = errno
      _ = close(descriptor)
      throw failure(path, "fstat", code)
    }
    let kind = status.st_mode & S_IFMT
    if kind != S_IFREG {
      _ = close(descriptor)
      throw kind == S_IFDIR ? .directory(path: path) : .notRegularFile(path: path)
    }
    return (descriptor, Int(status.st_size))
  }

  /// Fills `target` with the bytes from `offset` on.
  ///
  /// - Returns: The bytes read: fewer than asked for only at the end of the file.
  func read(
    at offset: Int, into target: UnsafeMutableRawBufferPointer
  ) throws(NumPyError) -> Int {
    guard let base = target.baseAddress else { return 0 }
    var done = 0
    while done < target.count {
      let count = unsafe pread(descriptor, base + done, target.count - done, off_t(offset + done))
      if count == 0 { break }
      if count > 0 {
        done += count
      } else if errno != EINTR {
        throw Self.failure(path, "read", errno)
      }
    }
    return done
  }

  private static func failure(_ path: String, _ call: String, _ code: Int32) -> NumPyError {
    switch code {
    case ENOENT, ENOTDIR: .missing(path: path)
    case EISDIR: .directory(path: path)
    case EACCES, EPERM: .notPermitted(path: path)
    default: .system(path: path, call: call, code: code)
    }
  }
}
