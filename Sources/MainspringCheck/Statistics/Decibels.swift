// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A ratio of powers in decibels: infinite without noise, nil without signal.
func decibels(_ signal: Double, _ noise: Double) -> Double? {
  if noise == 0 { return .infinity }
  return signal > 0 ? 10 * log10(signal / noise) : nil
}

/// The ratio of amplitudes that so many decibels are.
func decibelRoot(_ decibels: Double) -> Double { pow(10, decibels / 20) }

/// A share for a sentence, as whole percent or with one decimal below ten.
func percent(_ share: Double) -> String {
  let tenths = Int((share * 1000).rounded())
  return tenths >= 100 || tenths % 10 == 0
    ? "\((tenths + 5) / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}
