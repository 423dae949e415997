// SPDX-License-Identifier: Apache-2.0

import MainspringRecordings
import Testing
import _MainspringTestSupport

/// Samples as they stand in a recording.
@Suite struct EventReaderTests {
  private func events(_ text: String, time: String? = nil) throws -> [SensorEvent] {
    let folder = try TemporaryFolder()
    try writeFile(folder.file("r"), Array(text.utf8))
    var reader = try EventReader(path: folder.file("r"), time: time)
    var (event, events): (SensorEvent, [SensorEvent]) = (SensorEvent(), [])
    while try reader.next(&event) { events.append(event) }
    return events
  }

  @Test func rowsHaveTimesInWholeNanoseconds() throws {
    for (unit, text, expected) in [
      ("t_ms", "1.5", 1_500_000), ("t_us", "7448318869", 7_448_318_869_000),
      ("t_s", "0.1", 100_000_000),
      ("time", "-3", -3_000_000_000), ("t_ns", "123456789012", 123_456_789_012),
    ] as [(String, String, Int64)] {
      let events = try events("\(unit),a\n\(text),2.5\n")
      #expect(events.count == 1 && events[0].time == expected, "\(unit)")
      #expect(events[0].values == [2.5] && events[0].sensor == "" && events[0].label == nil)
    }
    #expect(try events("when,a\n4,1\n", time: "when:us")[0].time == 4000)
  }

  @Test func rowsKeepLabelsRecordingsAndHoles() throws {
    let events = try events("rec,t_ms,a,b,label\n7,0,1,,walk\n7,20,,4,\n8,0,5,6,turn\n")
    #expect(events.map(\.recording) == ["7", "7", "8"])
    #expect(events.map(\.label) == ["walk", "", "turn"])
    #expect(events[0].values[0] == 1 && events[0].values[1].isNaN)
    #expect(events[2].values == [5, 6])
  }

  @Test func messagesNameTheirSensor() throws {
    let gyroscope =
      #"{"sensor":"gyroscope","values":{"y":2,"x":1,"z":3e0,"w":4},"#
      + #""timestamp_ns":1760841370123456789}"#
    let payload =
      #"{"payload":[{"name":"acc","time":"1760841370000000001","#
      + #""values":{"x":1,"y":null,"z":-0.5}},{"name":"m","time":5,"values":{}}]}"#
    let events = try events("\(gyroscope)\n\(payload)\n")
    #expect(events.count == 3)
    #expect(events[0].time == 1_760_841_370_123_456_789 && events[0].values == [1, 2, 3, 4])
    #expect(events[1].sensor == "acc" && events[1].time == 1_760_841_370_000_000_001)
    #expect(events[1].values[1].isNaN && events[1].values[2] == -0.5)
    #expect(events[2].sensor == "m" && events[2].time == 5 && events[2].values.isEmpty)
  }

  /// A sensor that is taken then has too few values; another one may have what it likes.
  @Test func noOtherValueTakesThePlaceOfAnAxis() throws {
    for (values, expected) in [
      (#""x":1,"z":3,"accuracy":2"#, [1]), (#""x":1,"y":2,"accuracy":2"#, [1, 2]),
      (#""y":1,"z":2"#, []), (#""accuracy":2,"y":1"#, []),
      (#""accuracy":4,"z":3,"y":2,"x":1"#, [1, 2, 3, 4]),
    ] as [(String, [Float])] {
      #expect(
        try events(#"{"sensor":"a","time":0,"values":{\#(values)}}"#)[0].values == expected)
    }
  }

  @Test func valuesWithoutAxesComeInTheirOrder() throws {
    for (values, expected) in [
      (#""w":1,"v":2"#, [1, 2]), (#""y":2,"x":1"#, [1, 2]), (#""lux":4"#, [4]),
    ] as [(String, [Float])] {
      #expect(
        try events(#"{"sensor":"a","time":0,"values":{\#(values)}}"#)[0].values == expected)
    }
  }

  @Test func aByteOrderMarkIsNoPartOfTheFirstLine() throws {
    let mark = "\u{feff}"
    let message = #"{"sensor":"a","time":7,"values":{"x":1}}"#
    #expect(try events("\(mark)\(message)\n\(message)\n").map(\.time) == [7, 7])
    #expect(try events("\(mark)t_ms,a\n3,4\n")[0].time == 3_000_000)
    #expect(try events("\(mark)\n\(message)\n").count == 1)
    // Anywhere else it is something else.
    #expect(throws: RecordingError.self) { _ = try events("\(message)\n\(mark)\(message)\n") }
  }

  @Test func memoryIsThatOfALine() throws {
    let folder = try TemporaryFolder()
    var text = "t_ms,a,b,c\n"
    for row in 0..<200_000 { text += "\(row),1.25,2.5,3.75\n" }
    try writeFile(folder.file("r"), Array(text.utf8))
    var reader = try EventReader(path: folder.file("r"))
    var event = SensorEvent()
    var count = 0
    while try reader.next(&event) { count += 1 }
    #expect(count == 200_000 && event.values == [1.25, 2.5, 3.75])
    // What was read is not kept: the values are the only storage of an event.
    #expect(event.values.capacity < 64)
  }

  @Test(arguments: [
    "{}", "{\"a\":1,\"a\":2}", "[1,2", "{\"a\":tru}", "\"\\ud800\"", "\"\\u12\"", "nul", "1 2",
    "{\"a\" 1}", "[1,]", "\"a\nb\"", "--1", "\u{7f}", "{\"a\":1}x",
  ])
  func whatIsNoMessageIsRefused(text: String) throws {
    #expect(throws: RecordingError.self) { _ = try events("{\"sensor\":\"a\"}\n\(text)\n") }
  }

  @Test func valuesOfJSON() throws {
    #expect(
      JSONValue("[1,-2.5,1e3,true,null,\"\\u00e4\\ud83d\\ude00\\n\"]".utf8)
        == .array([.number(1), .number(-2.5), .number(1000), .bool(true), .null, .string("ä😀\n")]))
    #expect(JSONValue("9223372036854775807".utf8) == .integer(.max))
    #expect(JSONValue(String(repeating: "[", count: 40).utf8) == nil)
    let deep = String(repeating: "[", count: 30) + String(repeating: "]", count: 30)
    #expect(JSONValue(deep.utf8) != nil)
    for end in 0..<40 {
      let text = #"{"a":[1,{"b":"\u0041"},-0.5e-3,false]}"#
      #expect((JSONValue(text.utf8.prefix(end)) == nil) == (end < text.utf8.count))
    }
  }
}
