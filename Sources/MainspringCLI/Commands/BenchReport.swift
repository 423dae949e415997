// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringArguments

/// A measurement as text for a person and as JSON for a program.
enum BenchReport {
  static func text(_ m: BenchMeasurement) -> String {
    var text = """
      \(printable(m.model))  \(m.precision), \(m.instructionSet), \(grouped(m.times.count)) windows
        p50 \(microseconds(m.median))  p90 \(microseconds(m.percentile(0.9)))  \
      p99 \(microseconds(m.percentile(0.99)))  min \(microseconds(m.times[0]))  \
      max \(microseconds(m.times[m.times.count - 1])) µs
        \(grouped(Int(m.windowsPerSecond))) windows a second, \
      \(rate(m.multiplyAccumulates, m.median)) GMAC/s
        \(grouped(m.arenaByteCount)) bytes of arena, \(grouped(m.weightByteCount)) bytes of packed weights
        first result after \(microseconds(m.firstResult)) µs: \(mapping(m))reading \
      \(microseconds(m.load.read)), checking \(microseconds(m.load.check)), planning \
      \(microseconds(m.load.plan)), packing \(microseconds(m.load.pack)), \
      running \(microseconds(m.firstResult - m.load.total))

      """
    if let time = m.load.selfTest { text += "  self-test in \(microseconds(time)) µs\n" }
    if let batch = m.batch {
      let ratio = Double(batch.together) / Double(max(batch.alone, 1))
      text += """
          \(grouped(batch.windowCount)) windows at once: \(microseconds(batch.together)) µs each, \
        \(rounded(ratio, 2)) of the \(microseconds(batch.alone)) µs alone

        """
    }
    if !m.parts.isEmpty { text += "\n" + profile(m) }
    return text
  }

  private static func mapping(_ m: BenchMeasurement) -> String {
    m.load.mapped.map { "mapping \(microseconds($0)), " } ?? ""
  }

  private static func profile(_ m: BenchMeasurement) -> String {
    var table = Table([
      .init("step"), .init("share", .right), .init("µs", .right),
      .init("multiply-accumulates", .right), .init("GMAC/s", .right), .init("name"),
    ])
    let total = m.parts.reduce(0) { $0 + $1.time }
    for part in m.parts {
      table.add([
        part.kind, rounded(Double(part.time) * 100 / Double(max(total, 1)), 1) + " %",
        microseconds(part.time), grouped(part.multiplyAccumulates),
        part.multiplyAccumulates == 0 ? "" : rate(part.multiplyAccumulates, part.time), part.name,
      ])
    }
    return table.text
  }

  /// All models side by side, times as ratios to the first.
  static func comparison(_ measurements: [BenchMeasurement]) -> String {
    var table = Table([
      .init("model"), .init("precision"), .init("p50 µs", .right), .init("p99 µs", .right),
      .init("ratio", .right), .init("weight bytes", .right),
    ])
    let first = Double(max(measurements.first?.median ?? 1, 1))
    for m in measurements {
      table.add([
        m.model, m.precision, microseconds(m.median), microseconds(m.percentile(0.99)),
        rounded(Double(m.median) / first, 2), grouped(m.weightByteCount),
      ])
    }
    return table.text
  }

  static func json(_ m: BenchMeasurement) -> String {
    JSONText.object { json in
      json.member("model", m.model)
      json.member("precision", m.precision)
      json.member("cpu", m.instructionSet.name)
      json.member("iterations", m.times.count)
      json.member("p50_us", fraction(m.median))
      json.member("p90_us", fraction(m.percentile(0.9)))
      json.member("p99_us", fraction(m.percentile(0.99)))
      json.member("min_us", fraction(m.times[0]))
      json.member("max_us", fraction(m.times[m.times.count - 1]))
      json.member("windows_per_second", m.windowsPerSecond.rounded())
      json.member("multiply_accumulates", m.multiplyAccumulates)
      json.member("arena_bytes", m.arenaByteCount)
      json.member("weight_bytes", m.weightByteCount)
      json.member("first_result_us", fraction(m.firstResult))
      json.member("load_us") { json in
        json.object { json in
          if let time = m.load.mapped { json.member("map", fraction(time)) }
          json.member("read", fraction(m.load.read))
          json.member("check", fraction(m.load.check))
          json.member("plan", fraction(m.load.plan))
          json.member("pack", fraction(m.load.pack))
        }
      }
      if let time = m.load.selfTest { json.member("self_test_us", fraction(time)) }
      json.member("noisy", m.noise != nil)
      if let batch = m.batch {
        json.member("batch") { json in
          json.object { json in
            json.member("windows", batch.windowCount)
            json.member("us_each", fraction(batch.together))
            json.member("alone_us", fraction(batch.alone))
          }
        }
      }
      if !m.parts.isEmpty {
        json.member("steps") { json in
          json.array(m.parts) { json, part in
            json.object { json in
              json.member("name", part.name)
              json.member("kind", part.kind)
              json.member("us", fraction(part.time))
              json.member("multiply_accumulates", part.multiplyAccumulates)
            }
          }
        }
      }
    }
  }

  private static func fraction(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1000 }

  static func microseconds(_ nanoseconds: Int64) -> String {
    let value = fraction(nanoseconds)
    return rounded(value, value < 100 ? 2 : value < 1000 ? 1 : 0)
  }

  private static func rate(_ count: Int, _ nanoseconds: Int64) -> String {
    rounded(Double(count) / Double(max(nanoseconds, 1)), 1)
  }
}
