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
/// @param program     ready for a backend
/// @param preparation what depends on state and constants alone, as a program of its own that has no dims: it fills the `PREPARED` buffers that `program` reads
/// @param flops       the arithmetic of a call: two for each step of a contraction, one for each other operation on floats
/// @param bytes       the memory that a call touches at least: inputs, outputs, state and constants, each once (what is read and written, twice)
/// @param constants   the data of the program's `CONSTANT` buffers, by name
/// @param decisions   what fusion considered
public record Lowered(LoopProgram program, Optional<LoopProgram> preparation, Dim flops, Dim bytes, Map<String, NdArray> constants, List<Decision> decisions) {
    /// Copies the list.
    public Lowered {
        decisions = List.copyOf(decisions);
    }

    /// The program, and before it the preparation if there is one: all that a backend translates.
    public List<LoopProgram> programs() {
        return Stream.concat(preparation.stream(), Stream.of(program)).toList();
    }
}
