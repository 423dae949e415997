// SPDX-License-Identifier: Apache-2.0

public import MainspringGraph

extension Graph {
  /// The form in which the reader returns graphs.
  public func normalized() throws(GraphError) -> Graph {
    try droppingIdentities().canonicalized()
  }
}
