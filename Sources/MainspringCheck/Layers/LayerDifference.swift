// SPDX-License-Identifier: Apache-2.0

/// How one layer's results differ between two models, over all windows.
public struct LayerDifference: Hashable, Sendable {
  /// The value's name in the reference, and in the other model.
  public let name: String
  public let otherName: String
  /// The operator's name for people, in the reference.
  public let operation: String
  /// The other model's channels have another scale, which its next layer takes back; figures are in
  /// the reference's.
  public let isRescaled: Bool
  /// In what the layers differ by their settings, for people.
  public let note: String?
  /// Why it diverges whatever its figures are: an output of another meaning.
  public internal(set) var fault: String?
  /// Decibels of signal over noise it needs not to diverge.
  public internal(set) var tolerance: Double = 0
  /// Why it is not compared, as far as it is not.
  public let exclusion: String?
  public internal(set) var largest: Float = 0
  /// Mean absolute difference.
  public var mean: Double { count == 0 ? 0 : sum / Double(count) }
  /// 1 for the same direction; nil where one of them is zero throughout.
  public var cosine: Double? {
    let product = (signal * otherSignal).squareRoot()
    return product > 0 ? min(dot / product, 1) : nil
  }
  /// Reference over difference in decibels; infinite without difference, nil where the reference is
  /// zero throughout and the other is not, and where nothing but what is not finite differs.
  public var signalToNoise: Double? {
    nonFiniteCount > 0 && error == 0 ? nil : decibels(signal, error)
  }
  /// Elements that are NaN or infinite in one of them; not in the figures above.
  public internal(set) var nonFiniteCount: Int = 0
  /// Elements that the figures are of.
  public var finiteCount: Int { count }
  /// Not within the tolerance.
  public internal(set) var diverges: Bool = false

  private var sum = 0.0
  private var signal = 0.0
  private var otherSignal = 0.0
  private var error = 0.0
  private var dot = 0.0
  private var count = 0

  init(name: String, otherName: String, operation: String, isRescaled: Bool, note: String?) {
    self.name = name
    self.otherName = otherName
    self.operation = operation
    self.isRescaled = isRescaled
    self.note = note
    exclusion = nil
  }

  /// A layer that is not compared.
  init(name: String, operation: String, exclusion: String) {
    self.name = name
    otherName = name
    self.operation = operation
    isRescaled = false
    note = nil
    self.exclusion = exclusion
  }

  mutating func add(_ reference: [Float], _ other: [Float]) {
    for (a, b) in zip(reference, other) {
      guard a.isFinite, b.isFinite else {
        if !(a == b) { nonFiniteCount += 1 }
        continue
      }
      let (x, y) = (Double(a), Double(b))
      largest = max(largest, abs(a - b))
      sum += abs(x - y)
      error += (x - y) * (x - y)
      signal += x * x
      otherSignal += y * y
      dot += x * y
      count += 1
    }
  }

  mutating func judge() {
    diverges =
      exclusion == nil
      && (fault != nil || nonFiniteCount > 0 || (signalToNoise.map { $0 < tolerance } ?? true))
  }
}
