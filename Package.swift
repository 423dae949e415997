// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import Glibc
import PackageDescription

// C is compiled with optimisation even in debug builds: kernels are what the tests spend their time in.
let cSettings: [CSetting] = [
  .enableWarning("all"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-O2", "-ffp-contract=off"]),
]

// What a start executes lies together in the program: fewer page faults, and 5 MB less of it
// resident. Written by tools/start-order.
let startOrder = "\(Context.packageDirectory)/Sources/mainspring/start.order"
let orderedLinking: [LinkerSetting] = [
  .unsafeFlags(
    [
      "-use-ld=lld", "-Xlinker", "--no-export-dynamic", "-Xlinker", "--no-warn-symbol-ordering",
      "-Xlinker", "--symbol-ordering-file=\(startOrder)",
    ], .when(platforms: [.linux], configuration: .release))
]

// libhdf5 itself needs no more than zlib and libaec, but Debian's shared library brings curl, TLS and
// Kerberos into the process that reads untrusted files: 35 libraries and half of its start. Where
// the static one is installed (libhdf5-dev has it), it is taken instead.
#if arch(arm64)
  let libraries = "/usr/lib/aarch64-linux-gnu"
#else
  let libraries = "/usr/lib/x86_64-linux-gnu"
#endif
let hdf5Archives = ["hdf5/serial/libhdf5.a", "libsz.a", "libaec.a"].map { "\(libraries)/\($0)" }
let isHDF5Static = hdf5Archives.allSatisfy { access($0, R_OK) == 0 }
var hdf5Import: [SwiftSetting] = []
var hdf5Linking: [LinkerSetting] = []
if isHDF5Static {
  hdf5Import = [.unsafeFlags(["-Xcc", "-I/usr/include/hdf5/serial"])]
  hdf5Linking = [.unsafeFlags(hdf5Archives + ["-lz"])]
}

let package = Package(
  name: "Mainspring",
  products: [
    .library(name: "Mainspring", targets: ["Mainspring"]),
    .library(name: "MainspringConvert", targets: ["MainspringConvert", "MainspringKeras"]),
    .library(name: "MainspringCheck", targets: ["MainspringCheck"]),
    .executable(name: "mainspring", targets: ["mainspring"]),
    .executable(name: "mainspring-hdf5", targets: ["mainspring-hdf5"]),
  ],
  targets: [
    // Row 0, ground: no module of ours is imported.
    .systemLibrary(
      name: "CHDF5", pkgConfig: isHDF5Static ? nil : "hdf5",
      providers: [.apt(["libhdf5-dev"])]
    ),
    .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .target(
      name: "CFlatBuffers",
      cxxSettings: [
        .enableWarning("all"), .treatAllWarnings(as: .error), .unsafeFlags(["-O2"]),
      ]),
    .target(name: "CMainspringKernels", cSettings: cSettings),
    .target(name: "CLinux", cSettings: cSettings),
    .target(name: "MainspringGraph"),
    .target(name: "MainspringNumPy"),
    .target(name: "MainspringWire"),
    .target(name: "MainspringArguments"),
    .target(name: "MainspringRecordings"),
    .target(name: "MainspringReport"),

    // Row 1, engine: what an application that only infers links.
    .target(name: "MainspringTFLite", dependencies: ["MainspringGraph"]),
    .target(
      name: "MainspringRuntime", dependencies: ["MainspringGraph", "CMainspringKernels"],
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "MainspringStream", dependencies: ["MainspringGraph", "MainspringRuntime"]),
    .target(
      name: "Mainspring",
      dependencies: [
        "MainspringGraph", "MainspringTFLite", "MainspringRuntime", "MainspringStream",
      ]),

    // Row 2, services.
    .target(name: "MainspringKeras", dependencies: ["MainspringGraph", "MainspringWire"]),
    .target(
      name: "MainspringConvert",
      dependencies: [
        "MainspringGraph", "MainspringTFLite", "MainspringRuntime", "MainspringStream",
        "CFlatBuffers",
      ]),

    .target(name: "MainspringCheck", dependencies: ["MainspringGraph", "MainspringRuntime"]),

    // Row 3, tools.
    .target(
      name: "MainspringCLI",
      dependencies: [
        "MainspringArguments", "MainspringNumPy", "MainspringRecordings", "MainspringGraph",
        "Mainspring", "MainspringKeras", "MainspringConvert", "MainspringCheck", "MainspringReport",
        "CLinux",
      ]),
    .executableTarget(
      name: "mainspring", dependencies: ["MainspringCLI"], exclude: ["start.order"],
      linkerSettings: orderedLinking),
    .executableTarget(
      name: "mainspring-hdf5", dependencies: ["MainspringWire", "CHDF5", "CZip", "CLinux"],
      swiftSettings: hdf5Import, linkerSettings: hdf5Linking),

    // Tests.
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter", cSettings: cSettings),
    .target(
      name: "_MainspringTestSupport",
      dependencies: ["MainspringNumPy", "CAllocationCounter", "CZip"],
      path: "Tests/_MainspringTestSupport"),
    .testTarget(
      name: "ArgumentsTests", dependencies: ["MainspringArguments", "_MainspringTestSupport"]),
    .testTarget(
      name: "RecordingTests",
      dependencies: ["MainspringRecordings", "MainspringNumPy", "_MainspringTestSupport"]),
    .testTarget(name: "NumPyTests", dependencies: ["MainspringNumPy", "_MainspringTestSupport"]),
    .testTarget(
      name: "KernelTests", dependencies: ["CMainspringKernels", "_MainspringTestSupport"]),
    .testTarget(
      name: "GraphTests",
      dependencies: ["MainspringGraph", "MainspringRuntime", "_MainspringTestSupport"]),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "MainspringRuntime", "MainspringGraph", "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "StreamTests",
      dependencies: [
        "Mainspring", "MainspringConvert", "MainspringRecordings", "MainspringNumPy",
        "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "TFLiteTests",
      dependencies: [
        "MainspringTFLite", "MainspringGraph", "MainspringNumPy", "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "StorageTests",
      dependencies: [
        "MainspringKeras", "MainspringWire", "CLinux", "mainspring-hdf5", "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "KerasTests",
      dependencies: [
        "MainspringKeras", "MainspringGraph", "mainspring-hdf5", "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "ConvertTests",
      dependencies: [
        "MainspringConvert", "MainspringGraph", "MainspringRuntime", "MainspringTFLite",
        "MainspringNumPy", "CFlatBuffers", "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "QuantizerTests",
      dependencies: [
        "MainspringConvert", "MainspringGraph", "MainspringRuntime", "MainspringTFLite",
        "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "CheckTests",
      dependencies: [
        "MainspringCheck", "MainspringGraph", "MainspringRuntime", "MainspringTFLite",
        "MainspringKeras", "MainspringConvert", "MainspringNumPy", "mainspring-hdf5",
        "_MainspringTestSupport",
      ]),
    .testTarget(name: "ReportTests", dependencies: ["MainspringReport", "_MainspringTestSupport"]),
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "Mainspring", "MainspringConvert", "MainspringKeras", "MainspringNumPy", "mainspring-hdf5",
        "_MainspringTestSupport",
      ]),
    .testTarget(
      name: "CLITests",
      dependencies: [
        "MainspringCLI", "MainspringConvert", "MainspringGraph", "MainspringNumPy", "mainspring",
        "mainspring-hdf5", "_MainspringTestSupport",
      ]),
  ],
  cLanguageStandard: .c17,
  cxxLanguageStandard: .cxx17
)

for target in package.targets where target.type != .system {
  var settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
  ]
  // Macros of the testing library trip over strict memory safety, so tests go without.
  if target.type != .test {
    settings.append(.strictMemorySafety())
    // The linker can then leave out, and put in order, single functions.
    settings.append(
      .unsafeFlags(["-Xfrontend", "-function-sections"], .when(configuration: .release)))
  }
  target.swiftSettings = (target.swiftSettings ?? []) + settings
}
