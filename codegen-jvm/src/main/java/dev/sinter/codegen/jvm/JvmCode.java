package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.LoopProgram;

/// A program as a class.
///
/// @param program what the class is to be called with: the program that was translated, or that one with some more temps behind its buffers
/// @param bytes   the class file, whose class implements `dev.sinter.runtime.Code`
public record JvmCode(LoopProgram program, byte[] bytes) { }
