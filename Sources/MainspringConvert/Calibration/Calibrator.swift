// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringRuntime

/// Runs a float graph over windows and records what each of its values ranges over.
public struct Calibrator {
  private let graph: Graph
  private let observation: Observation

  /// - Parameter graph: an optimised float graph.
  /// - Throws: ``CalibrationError`` when the graph is quantized already.
  public init(_ graph: Graph) throws(CalibrationError) {
    for value in graph.values where value.quantization != nil {
      throw .notFloat(value: value.name, value.elementType)
    }
    for input in graph.inputs where graph.values[input].elementType != .float32 {
      throw .notFloat(value: graph.values[input].name, graph.values[input].elementType)
    }
    self.graph = graph
    do throws(GraphError) {
      observation = try Observation(graph)
    } catch {
      throw .graph(error)
    }
  }

  /// - Parameters:
  ///   - moments: record the second moments of what weights are multiplied with, which
  ///     ``Quantizer`` rounds them better by.
  ///   - progress: is told how many windows are done, after each.
  /// - Throws: ``CalibrationError`` when there are no windows, when an input is zero in all of them,
  ///   or when the model overflows on one.
  /// - Complexity: one run and some nanoseconds for each value's elements, for each window.
  public func calibrate(
    _ windows: WindowSet, moments: Bool = false, progress: (Int) -> Void = { _ in }
  ) throws(CalibrationError) -> Calibration {
    guard windows.count > 0 else { throw .noWindows(refused: windows.refusals.count) }
    var result = Calibration(graph, windowCount: windows.count)
    for watched in observation.values {
      result.values[watched.source] = ValueStatistics(channelCount: 1)
    }
    let chains = ChannelChains(graph)
    for node in graph.nodes.indices {
      for value in chains.chain(of: node)?.values ?? [] {
        let channels = graph.shape(of: value).channels
        guard channels <= Calibrator.largestChannelCount else { continue }
        result.values[value] = ValueStatistics(channelCount: channels)
      }
    }
    for watched in observation.cells {
      result.cells[watched.source] = CellStatistics(watched.cell)
    }
    for watched in observation.steps {
      result.steps[watched.source] = watched.outputs.map { _ in FloatHistogram() }
    }
    if moments {
      for node in graph.nodes {
        result.samplers[node.output] = MomentSampler(
          node.operation, input: graph.shape(of: node.inputs[0]),
          output: graph.shape(of: node.output), windowCount: windows.count)
      }
    }
    let outputs = watchedOutputs
    var runner: GraphRunner
    do throws(PlanError) { runner = try GraphRunner(observation.graph) } catch {
      throw .plan(error)
    }
    for window in 0..<windows.count {
      do throws(RunError) { try runner.run(windows, window) } catch { throw .run(error) }
      try record(runner.results, window, &result)
      for node in graph.nodes where moments {
        guard let operand = outputs[node.inputs[0]] else { continue }
        let state = outputs[node.output].map { runner.results[$0] } ?? []
        result.samplers[node.output]?.add(runner.results[operand], state: state, window: window)
      }
      progress(window + 1)
    }
    for input in graph.inputs {
      if let histogram = result.values[input]?.histogram, histogram.minimum == 0,
        histogram.maximum == 0
      {
        throw .zeroRange(input: graph.values[input].name)
      }
    }
    return result
  }

  /// Values with more channels have one histogram for all: some 30 KiB each add up.
  private static let largestChannelCount = 1024

  /// By value of the graph: the output that shows it.
  private var watchedOutputs: [Int?] {
    var result = [Int?](repeating: nil, count: graph.values.count)
    for watched in observation.values { result[watched.source] = watched.output }
    return result
  }

  private func record(_ buffers: [[Float]], _ window: Int, _ result: inout Calibration)
    throws(CalibrationError)
  {
    for watched in observation.values {
      let values = buffers[watched.output]
      let isFinite = result.values[watched.source]?.add(values) ?? true
      if !isFinite {
        throw .overflow(window: window, value: graph.values[watched.source].name)
      }
    }
    for watched in observation.steps {
      for (index, output) in watched.outputs.enumerated() {
        let isFinite = result.steps[watched.source]?[index].add(buffers[output]) ?? true
        if !isFinite {
          throw .overflow(window: window, value: graph.values[watched.source].name)
        }
      }
    }
    for watched in observation.cells {
      let (input, state) = (buffers[watched.inputProduct], buffers[watched.stateProduct])
      result.cells[watched.source]?.add(input, state)
    }
  }
}
