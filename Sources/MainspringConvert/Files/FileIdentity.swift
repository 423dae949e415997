// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Which file is meant, whatever it is called: links and `./` make no difference.
public struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64
  /// The name in the directory that the numbers stand for, of a file that is not there yet.
  private let vacantName: String?
  /// A pipe, a terminal or another device, which may well be named twice.
  public let isSpecial: Bool

  /// The file that `path` leads to, or nil when there is none or it cannot be looked at.
  public init?(of path: String) {
    guard !path.utf8.contains(0) else { return nil }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  /// The file that writing to `path` would make or replace; nil when its directory is missing.
  public init?(writing path: String) {
    guard let identity = FileIdentity(of: path) ?? FileIdentity(vacant: path) else { return nil }
    self = identity
  }

  /// What the process writes its standard output to; nil when that is closed.
  public static var standardOutput: FileIdentity? { FileIdentity(of: STDOUT_FILENO) }

  /// What an open descriptor leads to, or nil when it is not open.
  init?(of descriptor: CInt) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat, vacantName: String? = nil) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    self.vacantName = vacantName
    isSpecial = vacantName == nil && status.st_mode & S_IFMT != S_IFREG
  }

  /// The file that may be made under `path`, or nil when its directory is missing.
  init?(vacant path: String) {
    guard !path.utf8.contains(0) else { return nil }
    let (directory, name) = splitPath(path)
    var status = stat()
    guard unsafe stat(directory.isEmpty ? "." : directory, &status) == 0 else { return nil }
    self.init(status, vacantName: name)
  }
}
