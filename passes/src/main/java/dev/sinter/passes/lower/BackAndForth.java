package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.passes.memory.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Kernels of a loop that read the same in every step, such as recurrent weights, go through it forwards and backwards by turns.
///
/// Whoever goes through more than a cache holds from one end to the other, again and again, finds nothing of it there: what is wanted next is always what has been
/// driven out. From the other end, it begins with what was read last. So of weights of twice the size of a cache, half comes from it.
final class BackAndForth {
    /// Bytes that stay in the nearest cache from step to step, however they are gone through.
    private static final long NEAREST = 32 * 1024;

    private BackAndForth() { }

    /// The body of a loop with such kernels going back in every other step.
    ///
    /// @param slices buffers of which each step reads a part of its own
    /// @param turn   1 in every other step, 0 in the others
    static List<Step> of(List<Step> body, Set<Buffer> slices, Expr turn, Table table) {
        Map<Buffer, Integer> writers = new HashMap<>();
        body.forEach(s -> Invariants.count(s, writers));
        return body.stream().map(step -> step instanceof Step.Run run && run.shared() && bytes(run, slices, writers) > NEAREST ? table.turning(run, turn) : step).toList();
    }

    /// What a kernel reads anew in every step, as far as that is known.
    private static long bytes(Step.Run run, Set<Buffer> slices, Map<Buffer, Integer> writers) {
        return run.reads().stream().filter(b -> b.elements().isConstant() && !slices.contains(b) && !writers.containsKey(b)).mapToLong(b -> b.elements().value() * b.type().bytes()).sum();
    }
}
