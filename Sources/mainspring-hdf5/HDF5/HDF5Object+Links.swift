// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

extension HDF5Object {
  /// Whether this group has a link of that name, wherever it leads.
  func hasLink(_ name: String) throws(Refusal) -> Bool {
    let found = unsafe H5Lexists(handle.id, name, chdf5_default())
    guard found >= 0 else { throw Refusal.hdf5("'\(name)'") }
    return found > 0
  }

  /// The links of this group, in the file's order.
  ///
  /// - Throws: `Refusal` when there are more than `limit`, or a name is no single path
  ///   component.
  func links(path: String, limit: Int) throws(Refusal) -> [HDF5Link] {
    let collected = LinkCollector()
    let context = unsafe Unmanaged.passUnretained(collected).toOpaque()
    let result = unsafe chdf5_links(
      handle.id, UInt64(max(limit, 0)),
      { context, name, type in
        guard let context = unsafe context, let name = unsafe name else { return }
        let collected = unsafe Unmanaged<LinkCollector>.fromOpaque(context).takeUnretainedValue()
        collected.links.append((unsafe String(validatingCString: name), type))
      }, context)
    guard result >= 0 else { throw Refusal.hdf5("'\(path)'") }
    guard result == 0 else {
      throw Refusal(.limit, "'\(path)': expected at most \(limit) members, found more")
    }
    var links: [HDF5Link] = []
    for (name, type) in collected.links {
      guard let name else {
        throw Refusal(.damaged, "'\(path)': the name of a member is not UTF-8")
      }
      // libhdf5 would take such a name apart and follow whatever it finds on the way.
      guard !name.isEmpty, name != ".", !name.utf8.contains(UInt8(ascii: "/")) else {
        throw Refusal(.damaged, "'\(path)': '\(name)' is not a name")
      }
      links.append(HDF5Link(name: name, type: type))
    }
    return links
  }
}

/// Where the visitor, which cannot throw, puts what it is given.
private final class LinkCollector {
  var links: [(name: String?, type: Int32)] = []
}
