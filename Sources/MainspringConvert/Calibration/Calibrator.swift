// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph
import MainspringRuntime

/// Runs a float graph over windows and records what each of its values ranges over.
public struct Calibrator {
  private let graph: Graph
  private let observation: Observation
  private let plan: Plan

  /// - Parameter graph: an optimised float graph.
  /// - Throws: ``CalibrationError`` when the graph is quantized already or cannot be run.
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
    do throws(PlanError) {
      plan = try Plan(observation.graph)
    } catch {
      throw .plan(error)
    }
  }

  /// - Parameter progress: is told how many windows are done, after each.
  /// - Throws: ``CalibrationError`` when there are no windows, when an input is zero in all of them,
  ///   or when the model overflows on one.
  /// - Complexity: one run and some nanoseconds for each value's elements, for each window.
  public func calibrate(
    _ windows: WindowSet, progress: (Int) -> Void = { _ in }
  ) throws(CalibrationError) -> Calibration {
    guard windows.count > 0 else { throw .noWindows(refused: windows.refusals.count) }
    var result = Calibration(graph, windowCount: windows.count)
    for watched in observation.values {
      let channels = graph.shape(of: watched.source).channels
      result.values[watched.source] = ValueStatistics(channelCount: channels)
    }
    for watched in observation.cells {
      result.cells[watched.source] = CellStatistics(watched.cell)
    }
    var session = Session(plan)
    var buffers = plan.outputs.map { [Float](repeating: 0, count: $0.shape.elementCount) }
    for window in 0..<windows.count {
      do throws(RunError) {
        for input in graph.inputs.indices {
          try session.setInput(input, windows.elements(of: input, window: window).span)
        }
        session.run()
        for output in buffers.indices {
          var span = buffers[output].mutableSpan
          try session.copyOutput(output, into: &span)
        }
      } catch {
        throw .run(error)
      }
      try record(buffers, window, &result)
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
    for watched in observation.cells {
      let (input, state) = (buffers[watched.inputProduct], buffers[watched.stateProduct])
      result.cells[watched.source]?.add(input, state)
    }
  }
}
