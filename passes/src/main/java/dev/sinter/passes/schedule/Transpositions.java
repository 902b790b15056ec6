package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;

/// Cuts long inner loops that go across the lines of what they read, so that a line that was fetched is used up while it is near:
///
/// ```text
/// for i                          for blocks of j
///   for j                   →      for i
///     y[i, j] = x[j, i]              for j in the block
///                                      y[i, j] = x[j, i]
/// ```
///
/// The team then shares what is read along its slowest axis, which is how the kernel before has shared it.
final class Transpositions {
    /// Steps of the inner loop whose lines stay in the first-level cache by themselves.
    private static final long LONG = 256;
    /// Steps of a block: so many lines are read again and again.
    private static final long BLOCK = 32;
    /// Elements from which on steps are on different lines.
    private static final long APART = 16;

    private Transpositions() { }

    /// The statements of a kernel with such loops cut.
    ///
    /// @param indices has learned the statements; learns the new ones
    static List<Stmt> cut(List<Stmt> statements, Indices indices) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            out.add(s instanceof Stmt.For loop && loop.binding() == Stmt.Binding.PARALLEL ? cut(loop, indices) : s);
        }
        return out;
    }

    private static Stmt cut(Stmt.For outer, Indices indices) {
        Stmt.For inner = Shares.pair(outer);
        if (inner == null || inner.binding() != Stmt.Binding.VECTOR || !isPlain(outer) || !isPlain(inner) || !indices.extent(outer.i()).map(Dim::isConstant).orElse(false)) {
            return outer;
        }
        Dim extent = indices.extent(inner.i()).orElse(Dim.ZERO);
        if (!extent.isConstant() || extent.value() < LONG || inner.body().stream().noneMatch(s -> s instanceof Stmt.Let(_, Expr.Load load) && goesAcross(load, outer.i(), inner.i(), indices))
                || !inner.body().stream().allMatch(s -> s instanceof Stmt.Let(var name, _) && !name.isMutable() || s instanceof Stmt.Store)) {
            return outer;
        }
        long blocks = (extent.value() + BLOCK - 1) / BLOCK;
        var block = Expr.Var.index("block");
        indices.range(block, Dim.constant(blocks));
        Expr from = Expr.times(block, Expr.index(BLOCK));
        Expr to = Expr.plus(from, Expr.index(BLOCK));
        Expr end = extent.value() % BLOCK == 0 ? to : Expr.apply(Fn.MIN, to, inner.to());
        var body = new ArrayList<>(outer.body().subList(0, outer.body().size() - 1));
        body.add(new Stmt.For(inner.i(), from, end, 1, Stmt.Binding.VECTOR, inner.body()));
        return new Stmt.For(block, Expr.index(0), Expr.index(blocks), 1, Stmt.Binding.PARALLEL,
                List.of(new Stmt.For(outer.i(), Expr.index(0), outer.to(), 1, Stmt.Binding.PARALLEL, body)));
    }

    /// Whether steps of the inner loop are on different lines, and neighbouring steps of the outer one mostly on the same.
    private static boolean goesAcross(Expr.Load load, Expr.Var outer, Expr.Var inner, Indices indices) {
        return load.type() != ElementType.BOOL && indices.of(load.index()).filter(at -> at.isLinearIn(outer) && at.isLinearIn(inner) && at.coefficient(outer).is(1)
                && at.coefficient(inner).isConstant() && at.coefficient(inner).value() >= APART).isPresent();
    }

    private static boolean isPlain(Stmt.For loop) {
        return loop.step() == 1 && loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0;
    }
}
