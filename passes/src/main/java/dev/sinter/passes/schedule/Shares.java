package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Decides which of a kernel's loops is split among the members of the team: it leaves at most the outermost loop `PARALLEL`.
///
/// A long vector loop is cut into chunks, which are dealt out. Work that is known to be small stays with one member, where it costs no barrier.
final class Shares {
    /// The elements of a chunk.
    private static final int CHUNK = 2048;
    /// Operations that one member does before another could have begun.
    private static final double SMALL = 30_000;
    /// What the load of a vector counts: many of them come from a cache afar.
    private static final double VECTOR = 2;

    private Shares() { }

    /// The statements of a kernel with sensible `PARALLEL` loops.
    ///
    /// @param indices has learned the statements
    static List<Stmt> of(List<Stmt> statements, Indices indices) {
        if (work(statements) < SMALL) {
            return statements.stream().map(Shares::serial).toList();
        }
        long loops = statements.stream().filter(s -> s instanceof Stmt.For).count();
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            out.add(loops == 1 && s instanceof Stmt.For loop && loop.binding() == Stmt.Binding.VECTOR ? chunks(loop, indices) : s);
        }
        return out.stream().anyMatch(Shares::isParallel) ? out : out.stream().map(Shares::serial).toList();
    }

    private static boolean isParallel(Stmt s) {
        return s instanceof Stmt.For loop && loop.binding() == Stmt.Binding.PARALLEL;
    }

    /// A statement without `PARALLEL` loops.
    static Stmt serial(Stmt s) {
        return switch (s) {
            case Stmt.For loop when loop.binding() == Stmt.Binding.PARALLEL || loop.binding() == Stmt.Binding.SERIAL ->
                    new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), Stmt.Binding.SERIAL, loop.body().stream().map(Shares::serial).toList());
            case Stmt.If(var condition, var then, var otherwise) -> new Stmt.If(condition, then.stream().map(Shares::serial).toList(), otherwise.stream().map(Shares::serial).toList());
            default -> s;
        };
    }

    /// The statements without outermost loops of one step, of which no member could take a share: the loop within is the outermost one then.
    ///
    /// @param indices has learned the statements
    static List<Stmt> withoutUnits(List<Stmt> statements, Indices indices) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            if (s instanceof Stmt.For loop && isParallel(loop) && indices.extent(loop.i()).filter(e -> e.is(1)).isPresent() && pair(loop) != null) {
                var once = new Rewriter().with(loop.i(), Expr.index(0)).copy(loop.body());
                indices.learn(once);
                out.addAll(withoutUnits(once, indices));
            } else {
                out.add(s);
            }
        }
        return out;
    }

    /// Whether statements are names and several `PARALLEL` loops, the pieces of one that was cut.
    static boolean areParallel(List<Stmt> statements) {
        return statements.stream().filter(Shares::isParallel).count() > 1
                && statements.stream().allMatch(s -> isParallel(s) || s instanceof Stmt.Let(var name, _) && !name.isMutable() && name.type() == ElementType.I64);
    }

    /// The loop within a `PARALLEL` loop whose steps are independent as well, if that is all but names that stands in it; null if there is none.
    static Stmt.For pair(Stmt.For loop) {
        var body = loop.body();
        if (body.isEmpty()) {
            return null;
        }
        boolean names = body.subList(0, body.size() - 1).stream().allMatch(s -> s instanceof Stmt.Let(var name, var value) && !name.isMutable() && name.type() == ElementType.I64);
        return names && body.getLast() instanceof Stmt.For inner && inner.binding() != Stmt.Binding.SERIAL && inner.binding() != Stmt.Binding.UNROLLED ? inner : null;
    }

    private static Stmt chunks(Stmt.For loop, Indices indices) {
        if (!(loop.from() instanceof Expr.Const(_, long zero, _)) || zero != 0 || loop.step() != 1) {
            return loop;
        }
        var extent = indices.extent(loop.i());
        Expr count = extent.map(e -> indices.dim(e.plus(CHUNK - 1).floorDiv(CHUNK)))
                .orElseGet(() -> Expr.apply(Fn.DIV, Expr.plus(loop.to(), Expr.index(CHUNK - 1)), Expr.index(CHUNK)));
        var chunk = Expr.Var.index("chunk");
        extent.ifPresent(e -> indices.range(chunk, e.plus(CHUNK - 1).floorDiv(CHUNK)));
        Expr from = Expr.times(chunk, Expr.index(CHUNK));
        Expr to = Expr.apply(Fn.MIN, loop.to(), Expr.plus(from, Expr.index(CHUNK)));
        if (extent.map(Dim::known).orElse(OptionalLong.empty()).orElse(1) % CHUNK == 0) {
            to = Expr.plus(from, Expr.index(CHUNK));
        }
        return new Stmt.For(chunk, Expr.index(0), count, 1, Stmt.Binding.PARALLEL,
                List.of(new Stmt.For(loop.i(), from, to, 1, Stmt.Binding.VECTOR, loop.body())));
    }

    /// The operations of statements; endless where a loop's extent is not known before the call.
    private static double work(List<Stmt> statements) {
        double sum = 0;
        for (Stmt s : statements) {
            sum += switch (s) {
                case Stmt.For loop -> {
                    boolean known = loop.from() instanceof Expr.Const && loop.to() instanceof Expr.Const;
                    double steps = known ? Math.max(0, ((Expr.Const) loop.to()).bits() - ((Expr.Const) loop.from()).bits()) / (double) loop.step()
                            : Double.POSITIVE_INFINITY;
                    yield steps == 0 ? 0 : steps * Math.max(1, work(loop.body()));
                }
                case Stmt.If(_, var then, var otherwise) -> work(then) + work(otherwise);
                case Stmt.While _ -> Double.POSITIVE_INFINITY;
                case Stmt.Let(_, var value) -> work(value);
                case Stmt.Assign(_, var value) -> work(value);
                case Stmt.Store _ -> 1;
                case Stmt.Launch _, Stmt.Barrier _ -> 0;
            };
        }
        return sum;
    }

    private static double work(Expr e) {
        return e instanceof Expr.Apply(var fn, _) && !fn.isPrimitive() ? 25 : e instanceof Expr.Load && e.lanes() > 1 ? VECTOR : 1;
    }
}
