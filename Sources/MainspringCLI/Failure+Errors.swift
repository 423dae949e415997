// SPDX-License-Identifier: Apache-2.0

import Mainspring
import MainspringConvert
import MainspringKeras
import MainspringNumPy
import MainspringRecordings

extension Failure {
  init(_ error: KerasError) {
    switch error.blame {
    case .missingInput: self.init(.missingInput, "\(error)")
    case .badData: self.init(.badData, "\(error)")
    case .ourFault: self.init(.software, "\(error)")
    }
  }

  init(_ error: NumPyError) {
    self.init(error.isUnreadable ? .missingInput : .badData, "\(error)")
  }

  init(_ error: RecordingError) {
    self.init(error.isUnreadable ? .missingInput : .badData, "\(error)")
  }

  init(_ error: MappedFileError) {
    switch error {
    case .open, .notRegular: self.init(.missingInput, "\(error)")
    case .empty, .tooLarge: self.init(.badData, "\(error)")
    case .map: self.init(.software, "\(error)")
    }
  }

  init(_ error: FileError) { self.init(.software, "\(error)") }

  /// Sizes are taken from the plan: the engine has no reason to refuse them.
  init(_ error: RunError) { self.init(.software, "\(error)") }
}
