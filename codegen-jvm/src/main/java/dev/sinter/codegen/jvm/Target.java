package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.LoopProgram;

/// What the methods of one class have in common.
///
/// @param program    what is translated
/// @param owner      the class, as class files spell it
/// @param vectorBits the widest vector; 0 for none
/// @param support    the helpers and constants that the class carries
record Target(LoopProgram program, String owner, int vectorBits, Support support) { }
