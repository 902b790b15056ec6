package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.LoopProgram;

/// What the methods of one class have in common.
///
/// @param program    what is translated
/// @param owner      the class, as class files spell it
/// @param vectorBits the widest vector; 0 for none
/// @param support    the helpers and constants that the class carries
/// @param spill      the memory through which vectors go from method to method
record Target(LoopProgram program, String owner, int vectorBits, Support support, Spill spill) {
    /// The number of a buffer in the table.
    int index(Buffer buffer) {
        int index = program.buffers().indexOf(buffer);
        return index >= 0 ? index : program.buffers().size() + spill.index(buffer);
    }
}
