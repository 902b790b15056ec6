package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.ExpandMath;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/// The last steps of a kernel: its bindings are carried out, and what it reads, writes and is passed is found.
public final class Finish {
    /// A kernel that is ready.
    ///
    /// @param parameters names from outside that are not visible everywhere
    /// @param shared     whether all members run it
    public record Finished(List<Stmt> body, List<Expr.Var> parameters, Set<Buffer> reads, Set<Buffer> writes, boolean shared) { }

    /// Who runs a kernel.
    public enum Team {
        /// All members, each its share, if there is a `PARALLEL` loop; otherwise member 0.
        SHARED,
        /// The same, but a body without `PARALLEL` loops that mentions the member's number is run by every member.
        MENTIONED,
        /// Every member, all of it: blocks of its own.
        EACH
    }

    private Finish() { }

    /// Finishes a kernel.
    ///
    /// @param indices knows the ranges of the loop variables
    /// @param dims    names that are visible everywhere
    /// @param team    who runs it
    /// @param turn    a number that is 1 in the runs in which members go through their shares from the end, and 0 in others; or null if there are no such runs
    /// @param temps   makes scratch memory
    public static Finished kernel(List<Stmt> statements, Machine machine, Indices indices, Collection<Expr.Var> dims, Team team, Expr turn, BiFunction<ElementType, Dim, Buffer> temps) {
        indices.learn(statements);
        var plain = DeadNames.remove(SplitLoops.split(Shares.withoutUnits(DeadNames.remove(statements), indices), indices));
        var joined = Transpositions.cut(JoinLoops.join(plain, indices), indices);
        var shares = team == Team.EACH ? joined.stream().map(Shares::serial).toList() : Shares.of(joined, indices);
        var expanded = ExpandMath.run(shares);                 // before loops become vectors, so that what goes abreast are single steps
        var bound = DeadNames.remove(Bindings.carryOut(expanded, machine, indices, true, turn));
        if (team == Team.SHARED && turn == null) {
            bound = RowsAhead.run(bound, indices, temps);
        }
        bound = DeadNames.remove(CommonNames.share(Hoist.out(CommonNames.share(bound))));
        bound = new Bounds().copy(ExpandMath.run(bound));
        boolean shared = team == Team.EACH || isParallel(shares) || team == Team.MENTIONED && !isParallel(statements) && new Scan().mentionsMember(bound);
        if (!shared) {
            bound = List.of(new Stmt.If(Expr.apply(Fn.EQ, LoopProgram.MEMBER, Expr.index(0)), bound, List.of()));
        }
        var scan = new Scan();
        scan.globals.addAll(dims);
        scan.globals.add(LoopProgram.MEMBER);
        scan.globals.add(LoopProgram.MEMBERS);
        scan.statements(bound);
        return new Finished(List.copyOf(bound), List.copyOf(scan.free), scan.reads, scan.writes, shared);
    }

    private static boolean isParallel(List<Stmt> statements) {
        return statements.stream().anyMatch(s -> s instanceof Stmt.For loop && loop.binding() == Stmt.Binding.PARALLEL);
    }

    /// Walks a body and notes names and buffers.
    private static final class Scan {
        final Set<Expr.Var> globals = Collections.newSetFromMap(new IdentityHashMap<>());
        final Set<Expr.Var> bound = Collections.newSetFromMap(new IdentityHashMap<>());
        final List<Expr.Var> free = new ArrayList<>();
        final Set<Buffer> reads = new LinkedHashSet<>();
        final Set<Buffer> writes = new LinkedHashSet<>();

        boolean mentionsMember(List<Stmt> body) {
            statements(body);
            return free.contains(LoopProgram.MEMBER);
        }

        void statements(List<Stmt> statements) {
            for (Stmt s : statements) {
                switch (s) {
                    case Stmt.Let(var name, var value) -> {
                        expression(value);
                        bound.add(name);
                    }
                    case Stmt.Assign(_, var value) -> expression(value);
                    case Stmt.Store(var to, var index, var value, var mask) -> {
                        writes.add(to);
                        expression(index);
                        expression(value);
                        if (mask != null) {
                            expression(mask);
                        }
                    }
                    case Stmt.For loop -> {
                        expression(loop.from());
                        expression(loop.to());
                        bound.add(loop.i());
                        statements(loop.body());
                    }
                    case Stmt.If(var condition, var then, var otherwise) -> {
                        expression(condition);
                        statements(then);
                        statements(otherwise);
                    }
                    case Stmt.While(var head, var condition, var body) -> {
                        statements(head);
                        expression(condition);
                        statements(body);
                    }
                    case Stmt.Launch _, Stmt.Barrier _ -> throw new IllegalArgumentException("not within a kernel");
                }
            }
        }

        private void expression(Expr e) {
            switch (e) {
                case Expr.Const _ -> { }
                case Expr.Var name -> {
                    if (!bound.contains(name) && !globals.contains(name)) {
                        bound.add(name);
                        free.add(name);
                    }
                }
                case Expr.Apply(_, var arguments) -> arguments.forEach(this::expression);
                case Expr.Cast(_, var x) -> expression(x);
                case Expr.Bitcast(_, var x) -> expression(x);
                case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> {
                    reads.add(buffer);
                    expression(index);
                    if (mask != null) {
                        expression(mask);
                    }
                }
                case Expr.Splat(var x, _) -> expression(x);
                case Expr.Ramp(var base, _, _) -> expression(base);
                case Expr.FirstLanes(var count, _) -> expression(count);
                case Expr.Halve(_, var x) -> expression(x);
            }
        }
    }
}
