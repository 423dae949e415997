// SPDX-License-Identifier: Apache-2.0

import MainspringGraph

extension Decoder {
  /// Decodes a loop that is one of our recurrent layers.
  ///
  /// - Returns: false when the loop is anything else; nothing is defined then.
  mutating func recognizeLoop(_ call: Call, condition: Int, body: Int, _ variables: [Known])
    throws(TFLiteError) -> Bool
  {
    false
  }
}
