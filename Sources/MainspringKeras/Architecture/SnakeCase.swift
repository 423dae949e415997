// SPDX-License-Identifier: Apache-2.0

/// `MaxPooling1D` → `max_pooling1d`, as Keras derives names from classes.
enum SnakeCase {
  static func name(of kind: String) -> String {
    let letters = kind.unicodeScalars.filter { scalar in
      scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
    let scalars = Array(letters)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      let isCapital = ("A"..."Z").contains(scalar)
      if isCapital && index > 0 {
        let afterLower = ("a"..."z").contains(scalars[index - 1])
        let beforeLower = index + 1 < scalars.count && ("a"..."z").contains(scalars[index + 1])
        if afterLower || beforeLower { result += "_" }
      }
      result += String(scalar).lowercased()
    }
    return result
  }
}
