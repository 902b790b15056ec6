package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The steps of a function in two programs: what depends on state and constants alone (weights that are packed or transformed, normalisations folded into
/// them) runs once and again when that state has changed, the rest at every call.
///
/// A kernel can run ahead if it reads nothing but constants, state that this function does not write, and what other such kernels make; if no dim of the call is
/// mentioned in it or in the sizes of what it writes; and if it alone writes that. Only kernels outside of loops are looked at: [Invariants] have left loops before.
///
/// @param prepare            runs ahead; empty if nothing can
/// @param preparationBuffers the buffers of `prepare`
/// @param call               runs at every call
/// @param buffers            the buffers of `call`
record Preparation(List<Step> prepare, List<Buffer> preparationBuffers, List<Step> call, List<Buffer> buffers) {

    /// Splits the steps of a function.
    static Preparation split(List<Step> steps, Table table) {
        var ahead = ahead(steps, table);
        if (ahead.isEmpty()) {
            return new Preparation(List.of(), List.of(), steps, List.copyOf(table.buffers));
        }
        var rest = steps.stream().filter(s -> !ahead.contains(s)).toList();
        var readLater = new HashSet<Buffer>();
        rest.forEach(s -> reads(s, readLater));
        Map<Buffer, Buffer> prepared = new LinkedHashMap<>();
        for (Step.Run run : ahead) {
            run.writes().stream().filter(readLater::contains).forEach(b -> prepared.put(b, new Buffer(b.name(), b.type(), b.elements(), Buffer.Role.PREPARED)));
        }
        // Code that runs once is never hot enough for the JIT's vectors, and without them it is slow; plain loops are quick at once.
        List<Step> prepare = ahead.stream().map(table::scalar).<Step>map(run -> renamed(run, prepared)).toList();
        var used = new LinkedHashSet<Buffer>();
        prepare.forEach(s -> {
            reads(s, used);
            writes(s, used);
        });
        return new Preparation(prepare, List.copyOf(used), rest.stream().map(s -> renamed(s, prepared)).toList(),
                table.buffers.stream().map(b -> prepared.getOrDefault(b, b)).toList());
    }

    private static Set<Step.Run> ahead(List<Step> steps, Table table) {
        Map<Buffer, Integer> writers = new HashMap<>();
        steps.forEach(s -> {
            var written = new HashSet<Buffer>();
            writes(s, written);
            written.forEach(b -> writers.merge(b, 1, Integer::sum));
        });
        var ahead = new LinkedHashSet<Step.Run>();
        var fixed = new HashSet<Buffer>();
        for (Step s : steps) {
            if (s instanceof Step.Run run && !run.writes().isEmpty()
                    && run.reads().stream().allMatch(b -> fixed.contains(b) || run.writes().contains(b) || isGiven(b) && !writers.containsKey(b))
                    && run.writes().stream().allMatch(b -> b.role() == Buffer.Role.TEMP && writers.get(b) == 1 && (b.elements().isConstant() || isScratch(b, run, steps)))
                    && run.arguments().stream().allMatch(a -> a instanceof Expr.Const) && !mentions(run.kernel().body(), table.dims.values())) {
                ahead.add(run);
                fixed.addAll(run.writes());
            }
        }
        conditions(steps).forEach(condition -> ahead.removeIf(run -> run.writes().contains(condition)));
        return ahead;
    }

    /// Whether a buffer is memory for the members of a kernel, which nothing else reads.
    private static boolean isScratch(Buffer b, Step.Run run, List<Step> steps) {
        return b.elements().names().stream().allMatch(LoopProgram.MEMBERS.name()::equals)
                && steps.stream().filter(s -> s != run).flatMap(s -> runs(s).stream()).noneMatch(other -> other.reads().contains(b));
    }

    private static boolean isGiven(Buffer b) {
        return b.role() == Buffer.Role.STATE || b.role() == Buffer.Role.CONSTANT;
    }

    private static boolean mentions(List<Stmt> body, Collection<Expr.Var> names) {
        var found = new boolean[1];
        new Rewriter() {
            @Override
            public Expr copy(Expr e) {
                found[0] |= e instanceof Expr.Var v && names.contains(v);
                return super.copy(e);
            }
        }.copy(body);
        return found[0];
    }

    /// The buffers on whose elements the way through a program depends. They change as it runs.
    private static Set<Buffer> conditions(List<Step> steps) {
        var conditions = new HashSet<Buffer>();
        for (Step s : steps) {
            switch (s) {
                case Step.Run _, Step.Blocks _ -> { }
                case Step.For loop -> conditions.addAll(conditions(loop.body()));
                case Step.While loop -> {
                    conditions.add(loop.condition());
                    conditions.addAll(conditions(loop.head()));
                    conditions.addAll(conditions(loop.body()));
                }
                case Step.If choice -> {
                    conditions.add(choice.condition());
                    conditions.addAll(conditions(choice.then()));
                    conditions.addAll(conditions(choice.otherwise()));
                }
            }
        }
        return conditions;
    }

    static void reads(Step step, Set<Buffer> into) {
        runs(step).forEach(run -> into.addAll(run.reads()));
    }

    static void writes(Step step, Set<Buffer> into) {
        runs(step).forEach(run -> into.addAll(run.writes()));
    }

    private static List<Step.Run> runs(Step step) {
        return switch (step) {
            case Step.Run run -> List.of(run);
            case Step.Blocks blocks -> blocks.body();
            case Step.For loop -> runs(loop.body());
            case Step.While loop -> runs(loop.head(), loop.body());
            case Step.If choice -> runs(choice.then(), choice.otherwise());
        };
    }

    @SafeVarargs
    private static List<Step.Run> runs(List<Step>... bodies) {
        var runs = new ArrayList<Step.Run>();
        for (List<Step> body : bodies) {
            body.forEach(s -> runs.addAll(runs(s)));
        }
        return runs;
    }

    private static Step renamed(Step step, Map<Buffer, Buffer> prepared) {
        return switch (step) {
            case Step.Run run -> renamed(run, prepared);
            case Step.Blocks blocks -> new Step.Blocks(blocks.block(), blocks.count(), blocks.body().stream().map(run -> renamed(run, prepared)).toList());
            case Step.For loop -> new Step.For(loop.i(), loop.to(), renamed(loop.body(), prepared));
            case Step.While loop -> new Step.While(renamed(loop.head(), prepared), loop.condition(), loop.index(), renamed(loop.body(), prepared));
            case Step.If choice -> new Step.If(choice.condition(), choice.index(), renamed(choice.then(), prepared), renamed(choice.otherwise(), prepared));
        };
    }

    private static List<Step> renamed(List<Step> steps, Map<Buffer, Buffer> prepared) {
        return steps.stream().map(s -> renamed(s, prepared)).toList();
    }

    private static Step.Run renamed(Step.Run run, Map<Buffer, Buffer> prepared) {
        if (run.reads().stream().noneMatch(prepared::containsKey) && run.writes().stream().noneMatch(prepared::containsKey)) {
            return run;
        }
        var rewriter = new Rewriter();
        prepared.forEach(rewriter::with);
        var kernel = new Kernel(run.kernel().name(), run.kernel().parameters(), rewriter.copy(run.kernel().body()), run.kernel().origin());
        return new Step.Run(kernel, run.arguments(), renamed(run.reads(), prepared), renamed(run.writes(), prepared), run.shared());
    }

    private static Set<Buffer> renamed(Set<Buffer> buffers, Map<Buffer, Buffer> prepared) {
        var renamed = new LinkedHashSet<Buffer>();
        buffers.forEach(b -> renamed.add(prepared.getOrDefault(b, b)));
        return renamed;
    }
}
