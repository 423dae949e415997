// SPDX-License-Identifier: Apache-2.0

@_exported public import MainspringGraph
@_exported public import MainspringRuntime
@_exported public import MainspringStream
@_exported public import MainspringTFLite
