package dev.sinter.passes.lower;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.fuse.Decision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// An entry as loops, with what an artifact says about it.
///
/// @param programs    ready for a backend that compiles ahead of time
/// @param inJit       the same for code that a JIT compiles while it runs: there the kernels that take least of the time have no vectors ([Light]), and
///                    tiles whose code would be too long for a method are smaller
/// @param flops       the arithmetic of a call: two for each step of a contraction, one for each other operation on floats
/// @param bytes       the memory that a call touches at least: inputs, outputs, state and constants, each once (what is read and written, twice)
/// @param constants   the data of the program's `CONSTANT` buffers, by name
/// @param decisions   what fusion considered
public record Lowered(Programs programs, Programs inJit, Dim flops, Dim bytes, Map<String, NdArray> constants, List<Decision> decisions) {
    /// Copies the list.
    public Lowered {
        decisions = List.copyOf(decisions);
    }

    /// What a backend translates.
    ///
    /// @param call        what a call runs
    /// @param preparation what depends on state and constants alone, as a program of its own that has no dims: it fills the `PREPARED` buffers that `call` reads
    public record Programs(LoopProgram call, Optional<LoopProgram> preparation) {
        /// All of them, in the order in which they run.
        public List<LoopProgram> all() {
            return Stream.concat(preparation.stream(), Stream.of(call)).toList();
        }
    }
}
