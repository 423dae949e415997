// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Graph {
  /// Convolutions and pools over one axis have it in the width; settings that do not matter are
  /// set to 1, and a border of no cells is no border.
  ///
  /// Keras 2's converter puts time in the height for pools, everyone else in the width.
  func layingOutWindows() throws(GraphError) -> Graph {
    var rewriter = GraphRewriter(self)
    for node in nodes {
      guard let window = Window(node.operation) else {
        try rewriter.copy(node)
        continue
      }
      let (input, output) = (shape(of: node.inputs[0]), shape(of: node.output))
      var x = rewriter.value(node.inputs[0])
      if input[1] == 1 || input[2] != 1 || window.size.width != 1 {
        let settled = window.settled(over: input).operation
        rewriter.replace(node, with: try rewriter.add(settled, [x], node))
        continue
      }
      let flat = try reshaped([input[0], 1, input[1], input[3]], node)
      let type = values[node.inputs[0]].type
      x = try rewriter.add(.reshape(Reshape(to: flat)), [x], node, type: type)
      let turned = window.turned().settled(over: flat).operation
      let y = try rewriter.add(turned, [x], node)
      rewriter.replace(node, with: try rewriter.add(.reshape(Reshape(to: output)), [y], node))
    }
    return try rewriter.finish()
  }

  private func reshaped(_ extents: [Int], _ node: Node) throws(GraphError) -> Shape {
    do throws(ShapeError) {
      return try Shape(extents)
    } catch {
      throw .shape(node: values[node.output].name, error)
    }
  }
}

/// A convolution or a pool, as far as its window goes.
private struct Window {
  var operation: Operator
  var size: Extent2D

  init?(_ operation: Operator) {
    switch operation {
    case .convolution(let x): size = x.size
    case .pool(let x): size = x.size
    default: return nil
    }
    self.operation = operation
  }

  /// Height and width exchanged, for a window of width 1.
  func turned() -> Window {
    var result = self
    result.size = Extent2D(height: 1, width: size.height)
    switch operation {
    case .convolution(var x):
      x.weights = x.weights.turningWindow()
      x.stride = Extent2D(height: 1, width: x.stride.height)
      x.dilation = Extent2D(height: 1, width: x.dilation.height)
      result.operation = .convolution(x)
    case .pool(var x):
      x.size = result.size
      x.stride = Extent2D(height: 1, width: x.stride.height)
      result.operation = .pool(x)
    default: break
    }
    return result
  }

  /// Strides along axes of one step, and dilations of one element, are 1.
  func settled(over input: Shape) -> Window {
    var result = self
    let isStepless = Extent2D(
      height: input[1] == 1 && size.height == 1 ? 1 : 0,
      width: input[2] == 1 && size.width == 1 ? 1 : 0)
    switch operation {
    case .convolution(var x):
      x.stride = x.stride.ones(where: isStepless)
      x.dilation = x.dilation.ones(where: size)
      if x.padding == .same, x.hasNoBorder(over: input) { x.padding = .valid }
      result.operation = .convolution(x)
    case .pool(var x):
      x.stride = x.stride.ones(where: isStepless)
      if x.padding == .same, x.hasNoBorder(over: input) { x.padding = .valid }
      result.operation = .pool(x)
    default: break
    }
    return result
  }
}

extension Extent2D {
  /// 1 on the axes where `condition` is 1.
  fileprivate func ones(where condition: Extent2D) -> Extent2D {
    Extent2D(
      height: condition.height == 1 ? 1 : height, width: condition.width == 1 ? 1 : width)
  }
}

extension Tensor {
  /// `[filters × length × 1 × channels]` → `[filters × 1 × length × channels]`
  fileprivate func turningWindow() -> Tensor {
    do throws(ShapeError) {
      return reshaped(to: try Shape([shape[0], shape[2], shape[1], shape[3]]))
    } catch {
      preconditionFailure("exchanged extents have the same product")
    }
  }
}
