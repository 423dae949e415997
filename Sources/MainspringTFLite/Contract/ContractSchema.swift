// SPDX-License-Identifier: Apache-2.0

/// Names of what a file says about its model beyond operators; the fields are those of
/// `contract.fbs` in the documentation.
package enum ContractSchema {
  /// Entry of the model's metadata that holds our own table.
  package static let metadataName: String = "MAINSPRING_CONTRACT"
  package static let identifier: StaticString = "MSC1"
  /// The version of this reader: tables that ask for a later one are refused, fields that it does
  /// not know are ignored.
  package static let readerVersion: UInt16 = 1

  /// Entry of the model's metadata that holds TFLite's own, and what it says at its start.
  package static let standardName: String = "TFLITE_METADATA"
  package static let standardIdentifier: StaticString = "M001"
  /// Type of an associated file: names along the last axis of an output.
  package static let axisLabels: Int8 = 2
  /// Type of a process unit: normalisation.
  package static let normalization: UInt8 = 1
  /// Type of the content: features.
  package static let features: UInt8 = 1
}
