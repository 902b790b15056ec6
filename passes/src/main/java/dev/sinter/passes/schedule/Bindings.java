package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Carries the bindings of loops out: afterwards every loop is `SERIAL`.
public final class Bindings {
    private final Machine machine;
    private final Indices indices;

    private Bindings(Machine machine, Indices indices) {
        this.machine = machine;
        this.indices = indices;
    }

    /// The statements of a kernel with all bindings carried out.
    ///
    /// @param indices has learned the statements
    /// @param split   whether `PARALLEL` loops are split among the members; otherwise they become serial
    public static List<Stmt> carryOut(List<Stmt> statements, Machine machine, Indices indices, boolean split) {
        return new Bindings(machine, indices).statements(statements, split);
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

    /// Each member runs a share of consecutive iterations.
    private void parallel(Stmt.For loop, List<Stmt> out) {
        var block = new Block();
        Expr count = block.let("count", steps(loop));
        Expr from = block.let("first", share(count, LoopProgram.MEMBER));
        Expr to = block.let("last", share(count, Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
        out.addAll(block.statements());
        Expr end = Expr.plus(loop.from(), Expr.times(to, Expr.index(loop.step())));
        out.add(serial(loop, Expr.plus(loop.from(), Expr.times(from, Expr.index(loop.step()))),
                loop.step() == 1 ? end : Expr.apply(Fn.MIN, loop.to(), end), false));
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
        boolean known = from instanceof Expr.Const && to instanceof Expr.Const;
        boolean again = known && !ReadsOwnWrites.in(body);
        if (known) {
            long n = ((Expr.Const) to).bits() - ((Expr.Const) from).bits();
            while (lanes > 1 && (n <= lanes / 2 || again && n < lanes)) {
                lanes /= 2;
            }
            if (n <= 0) {
                return;
            }
        }
        if (lanes == 1) {
            out.add(new Stmt.For(loop.i(), from, to, loop.step(), Stmt.Binding.SERIAL, body));
            return;
        }
        Expr rest = from;
        boolean whole = false;
        if (from instanceof Expr.Const(_, long first, _) && to instanceof Expr.Const(_, long last, _)) {
            long full = (last - first) / lanes * lanes;
            whole = full == last - first;
            if (full > 0) {
                out.add(main(loop, body, from, Expr.index(first + full), lanes));
            }
            if (!whole && again) {                             // the last vector is moved back: some elements are computed twice, and none is masked
                out.addAll(Vectoriser.lanes(indices, body, loop.i(), Expr.index(last - lanes), lanes, null, Map.of()).orElseThrow().statements());
                whole = true;
            }
            rest = Expr.index(first + full);
        } else {
            var block = new Block();
            Expr length = block.let("length", from instanceof Expr.Const(_, long zero, _) && zero == 0 ? to : Expr.apply(Fn.SUB, to, from));
            Expr full = Expr.apply(Fn.SUB, length, Expr.apply(Fn.AND, length, Expr.index(lanes - 1)));
            rest = block.let("rest", Expr.plus(from, full));
            out.addAll(block.statements());
            out.add(main(loop, body, from, rest, lanes));
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

    private Stmt main(Stmt.For loop, List<Stmt> body, Expr from, Expr to, int lanes) {
        var i = Expr.Var.index(loop.i().name());
        indices.extent(loop.i()).ifPresent(e -> indices.range(i, e));
        return new Stmt.For(i, from, to, lanes, Stmt.Binding.SERIAL,
                Vectoriser.lanes(indices, body, loop.i(), i, lanes, null, Map.of()).orElseThrow().statements());
    }
}
