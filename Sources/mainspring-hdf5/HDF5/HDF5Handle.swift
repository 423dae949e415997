// SPDX-License-Identifier: Apache-2.0

import CHDF5
import MainspringWire

/// An open thing of libhdf5, closed at the end of its life.
struct HDF5Handle: ~Copyable {
  let id: hid_t

  /// - Throws: `Refusal` saying what libhdf5 found wrong when `id` is no handle.
  init(_ id: hid_t, _ place: @autoclosure () -> String) throws(Refusal) {
    guard id >= 0 else { throw Refusal.hdf5(place()) }
    self.id = id
  }

  deinit { _ = H5Idec_ref(id) }
}

extension Refusal {
  /// The innermost of the errors the last call left, at `place`.
  static func hdf5(_ place: String) -> Refusal {
    var error = chdf5_error()
    unsafe chdf5_last_error(&error)
    return Refusal(error, place)
  }

  init(_ error: chdf5_error, _ place: String) {
    var error = error
    let text = unsafe withUnsafeBytes(of: &error.text) { buffer in
      unsafe String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }
    if error.out_of_memory {
      self.init(.limit, "\(place): reading it takes more memory than is granted")
    } else {
      self.init(.damaged, "\(place): \(text.isEmpty ? "cannot be read" : text)")
    }
  }
}
