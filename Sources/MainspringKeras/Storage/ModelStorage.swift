// SPDX-License-Identifier: Apache-2.0

package import MainspringWire

/// A model file, read by a process of its own that lives as long as this object, or until
/// ``close()``.
///
/// libhdf5 dies of damaged files, and follows references to other files of the host; so it runs
/// in `mainspring-hdf5` with limits on memory, time, files and system calls, and only names,
/// texts, shapes and numbers come back. One thread at a time may use an instance; any number of
/// instances may be in use at once.
package final class ModelStorage {
  /// The path as it was given.
  package let file: String
  /// The layout, told by content: the extension of a file says little.
  package let kind: StorageKind
  /// Texts by name: `model_config`, `keras_version` and `backend` of legacy files as far as
  /// they are at the root; `config.json` and `metadata.json` of archives.
  package let documents: [String: String]
  /// Absolute paths of all groups, those without datasets included; the root is `/`.
  package let groups: Set<String>
  /// By absolute path in the HDF5 file, such as `/model_weights/lstm/lstm/lstm_cell/kernel:0`
  /// or, for `weightsV3` and `kerasArchive`, `/layers/lstm/cell/vars/0`. The state of
  /// optimizers is left out.
  package let datasets: [String: DatasetHeader]

  private let attributeTable: [String: [String: [String]]]
  private let indices: [String: Int]
  private var process: HelperProcess?

  /// Opens `path` and reads all but the numbers.
  ///
  /// - Parameters:
  ///   - path: an HDF5 file or `.keras` archive.
  ///   - helper: the program `mainspring-hdf5`; nil looks beside the running program.
  ///   - timeout: what this, and each call of ``floats(_:shape:)``, may take; whole seconds,
  ///     at least one; nil for 30 s. Processor time is limited by the size of the file besides.
  /// - Throws: `StorageError`.
  /// - Complexity: about 10 ms for the process, then linear in the size of the file.
  package init(
    path: String, helper: String? = nil, timeout: Duration? = nil
  ) throws(StorageError) {
    let model = try ModelFile.open(path)
    let program = try HelperLocation.find(helper, for: path)
    let process = try HelperProcess(program: program, model: model, file: path, timeout: timeout)
    process.beginExchange()
    let table = try ModelStorage.readTable(process, path)
    guard let kind = table.kind else {
      throw StorageError(path, .helperFailed("its table is empty"))
    }
    file = path
    self.kind = kind
    documents = table.documents
    groups = table.groups
    datasets = table.datasets
    attributeTable = table.attributes
    indices = table.indices
    self.process = process
  }

  /// The string, or list of strings, called `name` at the group `path`.
  ///
  /// Lists that Keras split into `layer_names0`, `layer_names1`, … are one here.
  ///
  /// - Returns: nil when there is none of that name.
  package func attributes(_ path: String, _ name: String) -> [String]? {
    attributeTable[path]?[name]
  }

  /// The numbers of the dataset at `path`, row-major, as 32-bit floats.
  ///
  /// - Parameter shape: what the dataset must have; compared before any memory is taken.
  /// - Throws: `StorageError`; after one that is not about `path` or `shape`, nothing more can
  ///   be read.
  /// - Complexity: one exchange with the process, and linear in the number of elements.
  package func floats(_ path: String, shape: [Int]) throws(StorageError) -> [Float] {
    guard let header = datasets[path], let index = indices[path] else {
      throw StorageError(file, .noDataset(path: path))
    }
    guard header.shape == shape else {
      throw StorageError(file, .shape(path: path, expected: shape, found: header.shape))
    }
    guard header.elementType != .other else {
      throw StorageError(file, .unsupported("'\(path)': expected numbers, found another type"))
    }
    guard let process else { throw StorageError(file, .closed) }
    do throws(StorageError) {
      process.beginExchange()
      try process.send(Request(index: index).encoded())
      let (reply, _) = try ModelStorage.nextReply(process, file)
      guard reply == .values(index: index, count: header.elementCount) else {
        throw StorageError(
          file, .helperFailed("answered a request for '\(path)' with something else"))
      }
      return try process.receiveFloats(header.elementCount)
    } catch {
      close()
      throw error
    }
  }

  /// Ends the process. What was read stays; more numbers cannot be had.
  package func close() {
    process?.end()
    process = nil
  }

  /// The process that reads the file, for tests of what it may do; nil once closed.
  var processID: Int32? { process?.processID }

  private static func readTable(
    _ process: HelperProcess, _ file: String
  ) throws(StorageError) -> StorageTable {
    let hello = try process.receive(WireFormat.hello.count)
    guard hello == WireFormat.hello else {
      throw StorageError(
        file,
        .helperFailed(
          "is of another version, or not that program: expected version "
            + "\(WireFormat.version)"))
    }
    var table = StorageTable()
    while true {
      let (reply, byteCount) = try nextReply(process, file)
      do throws(StorageTable.Contradiction) {
        if try table.add(reply, payloadByteCount: byteCount) { return table }
      } catch {
        throw StorageError(file, .helperFailed(error.text))
      }
    }
  }

  /// One record; a refusal is thrown as what it says.
  private static func nextReply(
    _ process: HelperProcess, _ file: String
  ) throws(StorageError) -> (reply: Reply, payloadByteCount: Int) {
    let head = try process.receive(RecordHeader.byteCount)
    let header = try decoded(file) { () throws(WireError) in try RecordHeader(decoding: head) }
    let payload = try process.receive(header.payloadByteCount)
    let reply = try decoded(file) { () throws(WireError) in
      try Reply(header: header, payload: payload)
    }
    guard case .refusal(let refusal) = reply else { return (reply, payload.count) }
    switch refusal.code {
    case .damaged: throw StorageError(file, .damaged(refusal.text))
    case .unsupported: throw StorageError(file, .unsupported(refusal.text))
    case .limit: throw StorageError(file, .limit(refusal.text))
    case .internalFailure: throw StorageError(file, .helperFailed(refusal.text))
    }
  }

  private static func decoded<Value>(
    _ file: String, _ decode: () throws(WireError) -> Value
  ) throws(StorageError) -> Value {
    do throws(WireError) {
      return try decode()
    } catch {
      throw StorageError(file, .helperFailed("\(error)"))
    }
  }
}
