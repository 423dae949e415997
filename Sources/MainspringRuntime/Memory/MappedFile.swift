// SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
  #if canImport(Glibc)
    import Glibc
  #elseif canImport(Musl)
    import Musl
  #endif

  /// A regular file mapped for reading.
  ///
  /// Somebody who shortens the file while it is mapped makes the next access beyond its end a bus
  /// error; replace model files by renaming, never by rewriting.
  @safe public struct MappedFile: ~Copyable, @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    public let byteCount: Int

    /// Files are smaller than this: 2 GiB.
    public static let byteLimit: Int = 1 << 31

    /// - Throws: `MappedFileError` when there is no such file, when it is not a regular one, is
    ///   empty, has ``byteLimit`` bytes or more, or cannot be mapped.
    public init(path: String) throws(MappedFileError) {
      let (base, byteCount) = unsafe try MappedFile.map(path)
      unsafe self.base = unsafe base
      self.byteCount = byteCount
    }

    deinit { unsafe munmap(base, byteCount) }

    /// The file's contents.
    public var bytes: RawSpan {
      @_lifetime(borrow self) get {
        unsafe _overrideLifetime(
          RawSpan(_unsafeStart: base, byteCount: byteCount), borrowing: self)
      }
    }

    private static func map(
      _ path: String
    ) throws(MappedFileError) -> (UnsafeMutableRawPointer, Int) {
      // Without O_NONBLOCK, opening a pipe would wait for a writer.
      let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { throw .open(path: path, reason: reason(errno)) }
      defer { close(descriptor) }
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else {
        throw .open(path: path, reason: reason(errno))
      }
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .notRegular(path: path, isDirectory: status.st_mode & S_IFMT == S_IFDIR)
      }
      let size = Int(status.st_size)
      guard size > 0 else { throw .empty(path: path) }
      guard size < byteLimit else {
        throw .tooLarge(path: path, byteCount: size, limit: byteLimit)
      }
      guard let base = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
        unsafe base != MAP_FAILED
      else { throw .map(path: path, reason: reason(errno)) }
      return unsafe (base, size)
    }

    private static func reason(_ code: Int32) -> String {
      guard let text = unsafe strerror(code) else { return "error \(code)" }
      return unsafe String(cString: text)
    }
  }

  /// Why a file cannot be mapped.
  public enum MappedFileError: Error, Hashable, Sendable {
    case open(path: String, reason: String)
    case notRegular(path: String, isDirectory: Bool)
    case empty(path: String)
    case tooLarge(path: String, byteCount: Int, limit: Int)
    case map(path: String, reason: String)
  }

  extension MappedFileError: CustomStringConvertible {
    public var description: String {
      switch self {
      case .open(let path, let reason): "\(path): cannot be opened: \(reason)"
      case .notRegular(let path, let isDirectory):
        "\(path): expected a file, found \(isDirectory ? "a directory" : "something else")"
      case .empty(let path): "\(path): expected a file with contents, found 0 bytes"
      case .tooLarge(let path, let byteCount, let limit):
        "\(path): expected fewer than \(limit) bytes, found \(byteCount)"
      case .map(let path, let reason): "\(path): cannot be mapped: \(reason)"
      }
    }
  }
#endif
