package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Tells the processor what comes next, where a call goes through more than the second-level cache holds and the third-level cache holds all of it.
///
/// What is wanted first has then always been driven out of the second-level cache, and how soon it is there again depends on what the processor fetches by itself. It does that well from memory, and a quarter too
/// slowly from the third-level cache: a row times 4 MiB of weights takes 38 µs, and 30 µs if each load also asks for what is 2 kB further on. From memory it takes longer if loads ask: the lines that
/// they ask for are in the way of those that the processor would fetch. Kernels of loops are left alone; they go back and forth ([BackAndForth]), which does as much.
final class FetchAhead extends Rewriter {
    /// Bytes to the line that is asked for. Near ones come too late; of a megabyte of weights four times as far ahead would be the wrong ones.
    private static final long DISTANCE = 2048;
    /// What a call goes through at least, in bytes: more than the second-level cache holds.
    private static final long FEWEST = 3 << 19;
    /// And at most: with what else is there, the third-level cache holds it.
    private static final long MOST = 14 << 20;
    /// Bytes of a buffer that stay in the nearest cache.
    private static final long NEAREST = 32 * 1024;
    /// Operations for each vector that is loaded, beyond which it is not the loads that take the time.
    private static final int BUSY = 4;
    private static final long LINE = 64;

    private final Indices indices;
    private final Set<Expr.Load> asking = Collections.newSetFromMap(new IdentityHashMap<>());

    private FetchAhead(Indices indices) {
        this.indices = indices;
    }

    /// The steps of a call, whose loops ask where that is faster.
    ///
    /// @param dims the program's dim variables, by name
    static List<Step> in(List<Step> steps, Map<String, Expr.Var> dims) {
        var used = new HashSet<Buffer>();
        steps.forEach(s -> {
            Preparation.reads(s, used);
            Preparation.writes(s, used);
        });
        long bytes = used.stream().filter(b -> b.elements().isConstant()).mapToLong(FetchAhead::bytes).sum();
        return bytes < FEWEST || bytes > MOST ? steps : steps.stream().map(s -> s instanceof Step.Run run ? asking(run, dims) : s).toList();
    }

    private static long bytes(Buffer buffer) {
        return buffer.elements().value() * buffer.type().bytes();
    }

    private static Step asking(Step.Run run, Map<String, Expr.Var> dims) {
        Kernel kernel = run.kernel();
        var ahead = new FetchAhead(new Indices(dims));
        ahead.indices.learn(kernel.body());
        ahead.find(kernel.body());
        return ahead.asking.isEmpty() ? run
                : new Step.Run(new Kernel(kernel.name(), kernel.parameters(), ahead.copy(kernel.body()), kernel.origin()), run.arguments(), run.reads(), run.writes(), run.shared());
    }

    @Override
    public Expr copy(Expr e) {
        Expr copied = super.copy(e);
        return e instanceof Expr.Load load && asking.contains(load) ? ((Expr.Load) copied).ahead(DISTANCE / load.type().bytes()) : copied;
    }

    private void find(List<Stmt> statements) {
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.For loop when loop.body().stream().allMatch(x -> x instanceof Stmt.Let || x instanceof Stmt.Assign || x instanceof Stmt.Store) -> find(loop);
                case Stmt.For loop -> find(loop.body());
                case Stmt.If(_, var then, var otherwise) -> {
                    find(then);
                    find(otherwise);
                }
                default -> { }
            }
        }
    }

    /// Finds the loads of an innermost loop that go through all of some memory, step by step.
    private void find(Stmt.For loop) {
        var loads = new ArrayList<Expr.Load>();
        int operations = 0;
        for (Stmt s : loop.body()) {
            operations += switch (s) {
                case Stmt.Let(_, var value) -> operations(value, loads);
                case Stmt.Assign(_, var value) -> operations(value, loads);
                case Stmt.Store(_, _, var value, _) -> operations(value, loads);
                default -> 0;
            };
        }
        if (operations > BUSY * loads.size()) {
            return;
        }
        var streams = new LinkedHashMap<Buffer, List<Expr.Load>>();
        loads.stream().filter(l -> l.buffer().elements().isConstant() && bytes(l.buffer()) > NEAREST).forEach(l -> streams.computeIfAbsent(l.buffer(), _ -> new ArrayList<>()).add(l));
        for (var stream : streams.values()) {
            var places = stream.stream().map(l -> indices.of(l.index()).orElse(null)).toList();
            long elements = stream.stream().mapToLong(Expr::lanes).sum();
            if (places.stream().allMatch(p -> p != null && p.isLinearIn(loop.i()) && p.coefficient(loop.i()).times(loop.step()).is(elements))) {
                var asked = new ArrayList<Affine>();
                for (int k = 0; k < stream.size(); k++) {
                    Affine place = places.get(k);
                    long ofLine = LINE / stream.get(k).type().bytes();
                    if (asked.stream().noneMatch(p -> isNear(p, place, ofLine))) {
                        asked.add(place);
                        asking.add(stream.get(k));
                    }
                }
            }
        }
    }

    private static boolean isNear(Affine a, Affine b, long elements) {
        Dim apart = a.plus(b.times(Dim.constant(-1))).constant();
        return apart.isConstant() && Math.abs(apart.value()) < elements;
    }

    /// The operations on vectors in an expression.
    ///
    /// @param loads gets the vectors that it loads
    private static int operations(Expr e, List<Expr.Load> loads) {
        return switch (e) {
            case Expr.Load load when load.lanes() > 1 && load.stride() == 1 && load.times() == 1 -> {
                loads.add(load);
                yield 0;
            }
            case Expr.Apply(_, var arguments) -> (e.lanes() > 1 ? 1 : 0) + arguments.stream().mapToInt(x -> operations(x, loads)).sum();
            case Expr.Cast(_, var x) -> operations(x, loads);
            case Expr.Bitcast(_, var x) -> operations(x, loads);
            case Expr.Halve(_, var x) -> operations(x, loads);
            default -> 0;
        };
    }
}
