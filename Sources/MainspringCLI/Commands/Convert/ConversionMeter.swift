// SPDX-License-Identifier: Apache-2.0

import MainspringConvert

/// Shows on a terminal how far a conversion is.
final class ConversionMeter {
  private var calibration: Progress?
  private var measuring: Progress?

  func update(_ state: ConversionProgress) {
    switch state {
    case .calibrating(let window, let count):
      if calibration == nil { calibration = Progress("calibration windows", total: count) }
      calibration?.update(window)
    case .measuring(let number):
      calibration?.finish()
      calibration = nil
      if measuring == nil { measuring = Progress("quantized models measured", total: nil) }
      measuring?.update(number)
    }
  }

  func finish() {
    calibration?.finish()
    measuring?.finish()
  }
}
