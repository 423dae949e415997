// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

/// A graph made ready for windows that follow each other by a fixed hop, so that what two of them
/// have in common is computed once.
///
/// Frames of convolutions, pools and dense layers, and the products of a recurrent layer's inputs,
/// are kept from one window to the next; only new ones and those at the window's edges, where there
/// is padding, are computed. The recurrence runs over the whole window. Every result has the bits of
/// a run of the whole window.
///
/// Where strides of pools do not divide the hop, frames of neighbouring windows lie between each
/// other; then every window shares with the one so many hops ago that they do, and there are as many
/// caches.
public final class IncrementalPlan: Sendable {
  /// Rows from one window to the next.
  public let hop: Int
  /// Sets of frames that are kept.
  public let cacheCount: Int
  /// Bytes of working memory each session has.
  public let memoryByteCount: Int
  /// The share of a window's multiply-accumulates that is not computed again.
  public let sharedShare: Double

  let input: Port
  let outputs: [Port]
  let inputPlace: PortPlace
  /// What runs behind the frames.
  let rest: Plan
  let instructionSet: InstructionSet
  let values: TrivialList<FrameValue>
  let steps: TrivialList<FrameStep>
  let windowSteps: TrivialList<WindowStep>
  /// Bytes of one cache, and windows in it before it starts over.
  let cacheByteCount: Int
  let windowsInCache: Int
  let scratchByteCount: Int
  private let weights: [WeightBlock]

  /// More caches than this are not worth their memory.
  private static let mostCaches = 64
  /// Below this, sharing costs more than it saves.
  private static let leastShare = 0.05

  /// - Returns: nil for a model and hop where too little is shared: run whole windows then.
  /// - Precondition: the hop is at least 1.
  /// - Throws: `PlanError` as ``Plan`` does.
  public init?(
    _ graph: Graph, hop: Int, instructionSet: InstructionSet = .best
  ) throws(PlanError) {
    precondition(hop >= 1, "a hop of at least 1 row")
    guard instructionSet.isAvailable else { throw .unavailable(instructionSet) }
    guard graph.inputs.count == 1, let form = FrameGraph.Form(graph.values[graph.inputs[0]]),
      let (frames, caches) = try IncrementalPlan.frames(
        graph, instructionSet, hop, rows: form.count)
    else { return nil }
    let share = 1 - Double(frames.computed) / Double(max(frames.multiplyAccumulates, 1))
    guard share >= IncrementalPlan.leastShare, frames.rest.inputs.count > 0,
      IncrementalPlan.hasUsualInputs(frames.rest)
    else { return nil }
    let windows = max(form.count / (hop * caches), 2)
    var (values, bytes) = (frames.values, 0)
    for index in values.indices {
      let value = values[index]
      values[index].start = bytes + value.before * value.frameByteCount
      let (sum, overflow) = bytes.addingReportingOverflow(
        value.byteCount(windows: windows).rounded(upTo: AlignedBlock.alignment))
      guard !overflow, sum <= Plan.byteLimit / caches else { return nil }
      bytes = sum
    }
    rest = try Plan(frames.rest, instructionSet: instructionSet)
    let value = graph.values[graph.inputs[0]]
    inputPlace = try PortPlace(value, .arena(0), role: "input")
    input = Port(value)
    outputs = Port.outputs(of: graph)
    self.hop = hop
    cacheCount = caches
    sharedShare = share
    self.instructionSet = instructionSet
    self.values = TrivialList(values)
    steps = TrivialList(frames.steps)
    windowSteps = TrivialList(frames.windowSteps)
    weights = frames.weights
    cacheByteCount = bytes
    windowsInCache = windows
    scratchByteCount = frames.scratchWords * 4
    memoryByteCount = bytes * caches + scratchByteCount + rest.arenaByteCount
  }

  /// The frames for the smallest number of caches with which all strides divide the hop.
  private static func frames(
    _ graph: Graph, _ set: InstructionSet, _ hop: Int, rows: Int
  ) throws(PlanError) -> (FrameGraph, caches: Int)? {
    var caches = 1
    while caches <= mostCaches, hop * caches < rows {
      if let frames = try FrameGraph(graph, set, hop: hop * caches) { return (frames, caches) }
      caches += 1
    }
    return nil
  }

  /// The rest takes what sessions can be given.
  private static func hasUsualInputs(_ rest: Graph) -> Bool {
    rest.inputs.allSatisfy {
      let type = rest.values[$0].elementType
      return type == .float32 || type == .int8 || type == .int16
    }
  }
}
