// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import MainspringWire

/// Reads one model file for the loader, in a process that may crash or run out of anything
/// without harm: descriptor 0 is the socket to the loader, descriptor 3 the open file.
@main
struct Main {
  static let socket: Int32 = 0
  static let modelFile: Int32 = 3

  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, arguments[1] == "\(WireFormat.version)",
      let seconds = UInt64(arguments[2]), (1...86_400).contains(seconds)
    else {
      _ = say("error: mainspring-hdf5 is started by the model loader, not by hand\n")
      exit(64)
    }
    clinux_close_from(modelFile + 1)
    var channel = Channel(descriptor: socket)
    do throws(Refusal) {
      try channel.send(WireFormat.hello)
      try serve(channel: &channel, seconds: seconds)
    } catch {
      channel.sendLast(Reply.refusal(error).encoded())
    }
    // Not exit(): libhdf5 would walk its structures once more, and they came from the file.
    _exit(0)
  }

  private static func serve(channel: inout Channel, seconds: UInt64) throws(Refusal) {
    let byteCount = try ModelBytes.size(of: modelFile)
    try Confinement.enter(fileByteCount: byteCount, seconds: seconds)
    let model = try StoredModel.open(ModelBytes.read(from: modelFile, byteCount: byteCount))
    let datasets = try model.sendTable(to: &channel)
    while let request = try channel.nextRequest() {
      guard datasets.indices.contains(request.index) else {
        throw Refusal(.internalFailure, "dataset \(request.index) was asked for, which is none")
      }
      let values = try model.values(of: datasets[request.index])
      try channel.send(Reply.values(index: request.index, count: values.count).encoded())
      try channel.send(values)
    }
  }

  private static func say(_ text: String) -> Int {
    var text = text
    return text.withUTF8 { unsafe write(2, $0.baseAddress, $0.count) }
  }
}
