package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;

/// Joins two loops, one directly within the other, to one loop over the product of their extents, where everything in them sees the two variables `a` and `b`
/// only as `a * extent of b + b`. So an elementwise kernel over packed tensors is one long loop, whatever the rank.
public final class JoinLoops {
    private final Indices indices;

    private JoinLoops(Indices indices) {
        this.indices = indices;
    }

    /// The statements with such loops joined, inner ones first.
    ///
    /// @param indices has learned the statements
    public static List<Stmt> join(List<Stmt> statements, Indices indices) {
        return new JoinLoops(indices).statements(statements);
    }

    /// The statements with the axes `a` and `b` replaced by one; null if that cannot be.
    static List<Stmt> joined(List<Stmt> statements, Axis a, Axis b, Expr.Var one, Indices indices) {
        var joining = new Joining(indices, a.name(), b.name(), b.extent(), one);
        try {
            return joining.copy(statements);
        } catch (Apart _) {
            return null;
        }
    }

    private List<Stmt> statements(List<Stmt> statements) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            out.add(switch (s) {
                case Stmt.For loop -> loop(new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), statements(loop.body())));
                case Stmt.If(var condition, var then, var otherwise) -> new Stmt.If(condition, statements(then), statements(otherwise));
                case Stmt.While(var head, var condition, var body) -> new Stmt.While(statements(head), condition, statements(body));
                default -> s;
            });
        }
        return out;
    }

    private Stmt loop(Stmt.For outer) {
        if (outer.body().size() != 1 || !(outer.body().getFirst() instanceof Stmt.For inner) || !isPlain(outer) || !isPlain(inner)
                || outer.binding() == Stmt.Binding.UNROLLED || inner.binding() == Stmt.Binding.UNROLLED || outer.binding() == Stmt.Binding.VECTOR) {
            return outer;
        }
        Dim a = indices.extent(outer.i()).orElse(null);
        Dim b = indices.extent(inner.i()).orElse(null);
        if (a == null || b == null) {
            return outer;
        }
        var one = Expr.Var.index(inner.i().name());
        List<Stmt> body = joined(inner.body(), new Axis(outer.i(), a), new Axis(inner.i(), b), one, indices);
        if (body == null) {
            return outer;
        }
        indices.range(one, a.times(b));
        indices.learn(body);                                   // its names are new: a loop further out may be joined with this one
        Expr extent = indices.dim(a.times(b));
        if (outer.binding() == Stmt.Binding.PARALLEL && inner.binding() == Stmt.Binding.VECTOR) {
            return new Stmt.For(one, Expr.index(0), extent, 1, Stmt.Binding.VECTOR, body);
        }
        Stmt.Binding binding = inner.binding() == Stmt.Binding.VECTOR ? Stmt.Binding.VECTOR : outer.binding();
        return new Stmt.For(one, Expr.index(0), extent, 1, binding, body);
    }

    private static boolean isPlain(Stmt.For loop) {
        return loop.step() == 1 && loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0;
    }

    /// Something sees the two variables apart.
    private static final class Apart extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Apart() {
            super(null, null, false, false);
        }
    }

    /// Replaces the two variables wherever they occur.
    private static final class Joining extends Rewriter {
        private final Indices indices;
        private final Expr.Var a;
        private final Expr.Var b;
        private final Dim extent;
        private final Expr.Var one;

        Joining(Indices indices, Expr.Var a, Expr.Var b, Dim extent, Expr.Var one) {
            this.indices = indices;
            this.a = a;
            this.b = b;
            this.extent = extent;
            this.one = one;
        }

        @Override
        public Expr copy(Expr e) {
            if (e.type() == ElementType.I64 && e.lanes() == 1) {
                Affine index = indices.of(e).orElse(null);
                if (index != null && (index.mentions(a) || index.mentions(b))) {
                    boolean together = index.isLinearIn(a) && index.isLinearIn(b) && index.coefficient(a).equals(index.coefficient(b).times(extent));
                    if (!together) {
                        throw new Apart();
                    }
                    Affine rest = index.without(a).without(b);
                    return Expr.plus(super.copy(indices.expression(rest)), Expr.times(one, indices.dim(index.coefficient(b))));
                }
            }
            return super.copy(e);
        }

        @Override
        protected boolean isDropped(Stmt.Let let) {
            return indices.of(let.value()).filter(x -> x.mentions(a) || x.mentions(b)).isPresent();   // its readers look through it
        }
    }
}
