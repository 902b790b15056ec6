package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/// Carries the bindings of loops out: afterwards every loop is `SERIAL`.
public final class Bindings {
    /// The registers that one of several vectors in a step of a loop may take.
    private static final int REGISTERS_OF_A_COPY = 8;
    /// The registers that one of several sums in a step of a loop may take.
    private static final int REGISTERS_OF_A_SUM = 4;
    /// Operations that all copies of a body with loops in it may have.
    private static final int MOST_STEPS_OF_SUMS = 96;
    /// Operations of a body that one vector after the other does as fast.
    private static final int FEW_STEPS = 16;
    /// Operations side by side in a body, on average, that keep a processor busy by themselves.
    private static final int WIDE = 4;
    /// Operations of a loop's vectors, all together, that are written out one after the other: such a loop is not worth counting.
    private static final int WRITTEN_OUT = 16;
    /// Iterations that can be dealt out to few members evenly enough.
    private static final int MANY = 16;
    /// Operations that all copies of a body may have.
    private static final int MOST_STEPS = 320;

    private final Machine machine;
    private final Indices indices;
    private final Expr turn;

    private Bindings(Machine machine, Indices indices, Expr turn) {
        this.machine = machine;
        this.indices = indices;
        this.turn = turn;
    }

    /// The statements of a kernel with all bindings carried out.
    ///
    /// @param indices has learned the statements
    /// @param split   whether `PARALLEL` loops are split among the members; otherwise they become serial
    /// @param turn    a number that is 1 where members go through their shares from the end, and 0 where they do not; or null if they never do
    public static List<Stmt> carryOut(List<Stmt> statements, Machine machine, Indices indices, boolean split, Expr turn) {
        return new Bindings(machine, indices, turn).statements(statements, split);
    }

    private List<Stmt> statements(List<Stmt> statements, boolean split) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.For loop -> loop(loop, split, out);
                case Stmt.If(var condition, var then, var otherwise) ->
                        out.add(new Stmt.If(condition, statements(then, split), statements(otherwise, split)));
                case Stmt.While(var head, var condition, var body) ->
                        out.add(new Stmt.While(statements(head, false), condition, statements(body, false)));
                default -> out.add(s);
            }
        }
        return out;
    }

    private void loop(Stmt.For loop, boolean split, List<Stmt> out) {
        switch (loop.binding()) {
            case SERIAL -> out.add(serial(loop, loop.from(), loop.to(), split));
            case UNROLLED -> unrolled(loop, split, out);
            case VECTOR -> vector(loop, loop.from(), loop.to(), out);
            case PARALLEL -> {
                if (!split) {
                    out.add(serial(loop, loop.from(), loop.to(), false));
                } else {
                    parallel(loop, out);
                }
            }
        }
    }

    private Stmt serial(Stmt.For loop, Expr from, Expr to, boolean split) {
        return new Stmt.For(loop.i(), from, to, loop.step(), Stmt.Binding.SERIAL, statements(loop.body(), split));
    }

    private void unrolled(Stmt.For loop, boolean split, List<Stmt> out) {
        if (!(loop.from() instanceof Expr.Const(_, long from, _)) || !(loop.to() instanceof Expr.Const(_, long to, _))) {
            throw new IllegalArgumentException("the trip count of an unrolled loop is not known");
        }
        for (long i = from; i < to; i += loop.step()) {
            var copy = new Rewriter().with(loop.i(), Expr.index(i)).copy(loop.body());
            indices.learn(copy);
            out.addAll(statements(copy, split));
        }
    }

    /// Each member runs a share of consecutive iterations, which it may begin at either end. Where the iterations of a loop within are independent, too, and this one may have too few that all members get
    /// as many, a share begins and ends at one of those.
    private void parallel(Stmt.For loop, List<Stmt> out) {
        Dim extent = isPlain(loop) ? indices.extent(loop.i()).orElse(null) : null;
        boolean uneven = extent != null && (!extent.isConstant() || extent.value() % 2 != 0 && extent.value() < MANY);
        if (uneven && extent.isConstant() && Shares.areParallel(loop.body())) {
            out.add(serial(loop, loop.from(), loop.to(), true));
            return;
        }
        Stmt.For inner = uneven ? Shares.pair(loop) : null;
        Dim steps = inner == null || inner.binding() != Stmt.Binding.PARALLEL || !isPlain(inner) ? null : indices.extent(inner.i()).orElse(null);
        if (steps != null) {
            pairs(loop, extent, inner, steps, out);
            return;
        }
        var block = new Block();
        Expr count = block.let("count", steps(loop));
        Expr from = block.let("first", share(count, LoopProgram.MEMBER));
        Expr to = block.let("last", share(count, Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
        out.addAll(block.statements());
        if (turn != null) {
            var n = Expr.Var.index(loop.i().name());
            Expr fromTheEnd = Expr.apply(Fn.SUB, Expr.plus(from, Expr.plus(to, Expr.index(-1))), n);
            Expr number = Expr.plus(n, Expr.times(turn, Expr.apply(Fn.SUB, fromTheEnd, n)));
            var body = new ArrayList<Stmt>(List.of(new Stmt.Let(loop.i(), Expr.plus(loop.from(), Expr.times(number, Expr.index(loop.step()))))));
            body.addAll(statements(loop.body(), false));
            out.add(new Stmt.For(n, from, to, 1, Stmt.Binding.SERIAL, body));
            return;
        }
        Expr end = Expr.plus(loop.from(), Expr.times(to, Expr.index(loop.step())));
        out.add(serial(loop, Expr.plus(loop.from(), Expr.times(from, Expr.index(loop.step()))),
                loop.step() == 1 ? end : Expr.apply(Fn.MIN, loop.to(), end), false));
    }

    /// Each member runs a share of consecutive iterations of the inner loop, over all iterations of the outer one.
    private void pairs(Stmt.For outer, Dim extent, Stmt.For inner, Dim steps, List<Stmt> out) {
        var block = new Block();
        Expr count = indices.dim(extent.times(steps));
        Expr width = indices.dim(steps);
        Expr first = block.let("first", share(count, LoopProgram.MEMBER));
        Expr last = block.let("last", share(count, Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
        Expr from = block.let("from", Expr.apply(Fn.DIV, first, width));
        Expr to = block.let("to", Expr.apply(Fn.DIV, Expr.plus(last, Expr.plus(width, Expr.index(-1))), width));
        var body = new Block();
        outer.body().subList(0, outer.body().size() - 1).forEach(body::add);
        Expr passed = body.let("passed", Expr.times(outer.i(), width));
        Expr begin = body.let("begin", Expr.apply(Fn.MAX, Expr.apply(Fn.SUB, first, passed), Expr.index(0)));
        Expr end = body.let("end", Expr.apply(Fn.MIN, Expr.apply(Fn.SUB, last, passed), width));
        body.add(serial(inner, begin, end, false));
        block.add(new Stmt.For(outer.i(), from, to, 1, Stmt.Binding.SERIAL, body.statements()));
        out.addAll(block.statements());
    }

    private static boolean isPlain(Stmt.For loop) {
        return loop.step() == 1 && loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0;
    }

    private static Expr share(Expr count, Expr member) {
        return Expr.apply(Fn.DIV, Expr.times(count, member), LoopProgram.MEMBERS);
    }

    private static Expr steps(Stmt.For loop) {
        Expr length = loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0 ? loop.to() : Expr.apply(Fn.SUB, loop.to(), loop.from());
        return loop.step() == 1 ? length : Expr.apply(Fn.DIV, Expr.plus(length, Expr.index(loop.step() - 1)), Expr.index(loop.step()));
    }

    private void vector(Stmt.For loop, Expr from, Expr to, List<Stmt> out) {
        var body = statements(loop.body(), false);
        int lanes = loop.step() == 1 ? Vectoriser.lanesFor(indices, body, loop.i(), machine, Map.of()) : 1;
        var distance = distance(from, to);
        boolean again = distance.isPresent() && !ReadsOwnWrites.in(body);
        if (distance.isPresent()) {
            long n = distance.getAsLong();
            while (lanes > 1 && (n <= lanes / 2 || again && n < lanes)) {
                lanes = lanes > Vectoriser.FEWEST ? lanes / 2 : 1;
            }
            if (n <= 0) {
                return;
            }
        }
        if (lanes == 1) {
            out.add(new Stmt.For(loop.i(), from, to, loop.step(), Stmt.Binding.SERIAL, body));
            return;
        }
        int copies = copies(body);
        Expr rest = from;
        boolean whole = false;
        if (distance.isPresent()) {
            long count = distance.getAsLong();
            long many = count / (lanes * copies) * (lanes * copies);
            long full = count / lanes * lanes;
            whole = full == count;
            if (full / lanes * Abreast.length(body) <= WRITTEN_OUT && Abreast.allows(body)) {
                many = 0;
            } else if (many > 0) {
                out.add(main(loop, body, from, Expr.plus(from, Expr.index(many)), lanes, copies));
            }
            if (many < full) {
                out.addAll(abreast(loop, body, Expr.plus(from, Expr.index(many)), lanes, (int) ((full - many) / lanes)));
            }
            if (!whole && again) {                             // the last vector is moved back: some elements are computed twice, and none is masked
                out.addAll(abreast(loop, body, Expr.plus(to, Expr.index(-lanes)), lanes, 1));
                whole = true;
            }
            rest = Expr.plus(from, Expr.index(full));
        } else {
            var block = new Block();
            Expr length = block.let("length", from instanceof Expr.Const(_, long zero, _) && zero == 0 ? to : Expr.apply(Fn.SUB, to, from));
            Expr many = from;
            if (copies > 1) {
                many = block.let("many", Expr.plus(from, multiple(length, lanes * copies)));
            }
            rest = block.let("rest", Expr.plus(from, multiple(length, lanes)));
            out.addAll(block.statements());
            if (copies > 1) {
                out.add(main(loop, body, from, many, lanes, copies));
            }
            out.add(main(loop, body, many, rest, lanes, 1));
        }
        if (!whole) {
            Expr mask = new Expr.FirstLanes(Expr.apply(Fn.SUB, to, rest), lanes);
            var tail = new Block();
            Expr named = tail.let("tail", mask);
            Vectoriser.lanes(indices, body, loop.i(), rest, lanes, named, Map.of()).orElseThrow().statements().forEach(tail::add);
            if (rest instanceof Expr.Const) {
                out.addAll(tail.statements());
            } else {
                out.add(new Stmt.If(Expr.apply(Fn.LT, rest, to), tail.statements(), List.of()));
            }
        }
    }

    /// How many vectors a step of a loop computes. A short body leaves a processor enough to look ahead at; of a long one, many copies would be more than
    /// the JIT compiles well.
    private int copies(List<Stmt> body) {
        int steps = Abreast.length(body);
        if (Abreast.hasLoops(body)) {                          // sums down the columns of a matrix: several vectors of a row are read together
            int copies = Abreast.allows(body) ? Math.min(machine.registers() / REGISTERS_OF_A_SUM, MOST_STEPS_OF_SUMS / Math.max(1, steps)) : 1;
            return copies < 2 ? 1 : Integer.highestOneBit(copies);
        }
        int most = Math.min(machine.registers() / REGISTERS_OF_A_COPY, MOST_STEPS / Math.max(1, steps));
        return steps < FEW_STEPS || steps >= WIDE * Abreast.depth(body) || most < 2 || !Abreast.allows(body) ? 1 : Integer.highestOneBit(most);
    }

    /// `to - from`, if it is a known number.
    private OptionalLong distance(Expr from, Expr to) {
        Affine a = indices.of(from).orElse(null);
        Affine b = indices.of(to).orElse(null);
        Affine difference = a == null || b == null ? null : b.plus(a.times(Dim.constant(-1)));
        return difference != null && difference.isConstant() ? difference.constant().known() : OptionalLong.empty();
    }

    /// The largest multiple of a power of two that is not above a length.
    private static Expr multiple(Expr length, int of) {
        return Expr.apply(Fn.SUB, length, Expr.apply(Fn.AND, length, Expr.index(of - 1)));
    }

    private Stmt main(Stmt.For loop, List<Stmt> body, Expr from, Expr to, int lanes, int copies) {
        var i = Expr.Var.index(loop.i().name());
        indices.extent(loop.i()).ifPresent(e -> indices.range(i, e));
        return new Stmt.For(i, from, to, (long) lanes * copies, Stmt.Binding.SERIAL, abreast(loop, body, i, lanes, copies));
    }

    private List<Stmt> abreast(Stmt.For loop, List<Stmt> body, Expr first, int lanes, int copies) {
        return Abreast.of(IntStream.range(0, copies).mapToObj(c -> Vectoriser.lanes(indices, body, loop.i(), Expr.plus(first, Expr.index((long) c * lanes)),
                lanes, null, Map.of()).orElseThrow().statements()).toList());
    }
}
