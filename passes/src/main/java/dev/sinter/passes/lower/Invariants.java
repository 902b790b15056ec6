package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.passes.memory.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Kernels of a loop that do the same in every step: weights that are packed, values of constants alone.
final class Invariants {
    private Invariants() { }

    /// Removes from a loop's body the kernels that can run once before it, and returns them in order. Such a kernel is passed nothing that depends on the step, reads
    /// nothing that the loop writes (but by kernels that leave it too), and alone writes temps.
    static List<Step> takeFrom(List<Step> body, Expr.Var step) {
        Map<Buffer, Integer> writers = new HashMap<>();
        body.forEach(s -> count(s, writers));
        var taken = new ArrayList<Step>();
        for (boolean changed = true; changed; ) {
            changed = false;
            for (Step s : List.copyOf(body)) {
                if (s instanceof Step.Run run && isInvariant(run, step, writers)) {
                    body.remove(s);
                    taken.add(s);
                    run.writes().forEach(writers::remove);
                    changed = true;
                }
            }
        }
        return taken;
    }

    private static boolean isInvariant(Step.Run run, Expr.Var step, Map<Buffer, Integer> writers) {
        return run.arguments().stream().noneMatch(a -> mentions(a, step))
                && run.reads().stream().noneMatch(b -> writers.containsKey(b) && !run.writes().contains(b))
                && run.writes().stream().allMatch(b -> b.role() == Buffer.Role.TEMP && writers.get(b) == 1);
    }

    /// How many kernels write each buffer.
    static void count(Step step, Map<Buffer, Integer> writers) {
        switch (step) {
            case Step.Run run -> run.writes().forEach(b -> writers.merge(b, 1, Integer::sum));
            case Step.Blocks blocks -> blocks.body().forEach(s -> count(s, writers));
            case Step.For loop -> loop.body().forEach(s -> count(s, writers));
            case Step.While loop -> {
                loop.head().forEach(s -> count(s, writers));
                loop.body().forEach(s -> count(s, writers));
            }
            case Step.If choice -> {
                choice.then().forEach(s -> count(s, writers));
                choice.otherwise().forEach(s -> count(s, writers));
            }
        }
    }

    private static boolean mentions(Expr e, Expr.Var name) {
        return switch (e) {
            case Expr.Var v -> v == name;
            case Expr.Apply(_, var arguments) -> arguments.stream().anyMatch(a -> mentions(a, name));
            default -> false;
        };
    }
}
