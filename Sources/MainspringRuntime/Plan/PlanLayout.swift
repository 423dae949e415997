// SPDX-License-Identifier: Apache-2.0

package import MainspringGraph

/// A graph checked and laid out in memory: all of a plan but its packed weights.
package struct PlanLayout {
  let graph: Graph
  let planner: Planner

  /// - Parameter reusesMemory: whether values that are not alive together may share memory; a test
  ///   compares both.
  package init(
    _ graph: Graph, instructionSet: InstructionSet = .best, reusesMemory: Bool = true
  ) throws(PlanError) {
    self.graph = graph
    planner = try Planner.plan(
      graph, instructionSet: instructionSet, reusesMemory: reusesMemory)
  }
}
