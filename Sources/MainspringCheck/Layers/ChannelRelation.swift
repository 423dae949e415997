// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

/// What the channels of a value of one model are to those of its counterpart in another:
/// reference = scale · other + shift.
///
/// Fewer channels than a value has stand for all of them: they repeat.
struct ChannelRelation: Hashable {
  var scale: [Double]
  var shift: [Double]

  static let identity: ChannelRelation = ChannelRelation(scale: [1], shift: [0])

  var isIdentity: Bool { scale.allSatisfy { $0 == 1 } && shift.allSatisfy { $0 == 0 } }
  var isScaling: Bool { shift.allSatisfy { $0 == 0 } }
  /// Order of a channel's values is kept, and none is lost.
  var isRising: Bool { scale.allSatisfy { $0 > 0 } }
  var count: Int { scale.count }

  /// Whether the relation holds for rows of so many channels.
  func fits(_ channels: Int) -> Bool { count == 1 || (channels > 0 && channels % count == 0) }

  /// This relation, and then the next one on its result; nil when their channels do not go
  /// together.
  func followed(by next: ChannelRelation) -> ChannelRelation? {
    let count = max(count, next.count)
    guard fits(count), next.fits(count) else { return nil }
    let indices = 0..<count
    return ChannelRelation(
      scale: indices.map { scale[$0 % scale.count] * next.scale[$0 % next.count] },
      shift: indices.map {
        shift[$0 % scale.count] * next.scale[$0 % next.count] + next.shift[$0 % next.count]
      })
  }

  /// From the reference's channels to the other model's; 0 for those that are lost.
  var inverse: ChannelRelation {
    let back = scale.map { $0 != 0 && $0.isFinite ? 1 / $0 : 0 }
    return ChannelRelation(scale: back, shift: zip(back, shift).map { $1 == 0 ? 0 : -$1 * $0 })
  }

  /// Without the shift.
  var scaling: ChannelRelation {
    ChannelRelation(scale: scale, shift: [Double](repeating: 0, count: count))
  }

  /// A row-major value of the other model in the reference's terms.
  func callAsFunction(_ values: [Float]) -> [Float] {
    if isIdentity { return values }
    return values.indices.map {
      Float(Double(values[$0]) * scale[$0 % count] + shift[$0 % count])
    }
  }
}
