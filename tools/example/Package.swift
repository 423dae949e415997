// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// An application of its own that uses Mainspring, as a user's would.
let package = Package(
  name: "example",
  dependencies: [.package(name: "Mainspring", path: "../..")],
  targets: [
    .executableTarget(
      name: "example", dependencies: [.product(name: "Mainspring", package: "Mainspring")])
  ]
)
