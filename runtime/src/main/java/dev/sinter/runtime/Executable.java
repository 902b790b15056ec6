package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;

/// The code of one function that was chosen for this machine, ready to run.
///
/// @param variant the variant of the manifest that it comes from
/// @param code    the JVM code, or null
/// @param symbol  the address of the native code, or null
/// @param preparation what must have run before a call, or null
record Executable(Manifest.Variant variant, Code code, MemorySegment symbol, Preparation preparation) { }
