// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// An application of its own that uses Mainspring, as a user's would. None of the settings below is
// needed to use it: they make the release a third smaller, with `--static-swift-stdlib`.
let small: [String] = [
  "-use-ld=lld",
  // Loaded where it was linked to, it has no relocations to store and none to do at start.
  "-Xclang-linker", "-no-pie",
  "-Xlinker", "--no-export-dynamic",
  "-Xlinker", "--no-eh-frame-hdr", "-Xlinker", "-T", "-Xlinker",
  Context.packageDirectory + "/small.ld",
  // See CUnnamed.h.
  "-Xlinker", "--wrap=_swift_stdlib_getScalarName",
]

let package = Package(
  name: "example",
  dependencies: [.package(name: "Mainspring", path: "../..")],
  targets: [
    .target(name: "CUnnamed"),
    .executableTarget(
      name: "example",
      dependencies: ["CUnnamed", .product(name: "Mainspring", package: "Mainspring")],
      linkerSettings: [.unsafeFlags(small, .when(configuration: .release))]),
  ]
)
