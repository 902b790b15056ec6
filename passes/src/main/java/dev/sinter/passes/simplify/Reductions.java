package dev.sinter.passes.simplify;

import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Laws of reductions. Factors that do not depend on the summed axes leave the sum.
final class Reductions {
    private Reductions() { }

    static final List<Rule> RULES = List.of(
            rule("reduce(x) along nothing = x", (op, _, _) -> op instanceof Reduce(var _, Value x, var axes) && axes.isEmpty() ? x : null),
            rule("reduce(x) along units = reshape(x)", (op, _, g) -> op instanceof Reduce(var kind, Value x, var axes) && axes.stream().anyMatch(k -> x.dim(k).is(1))
                    ? withoutUnits(kind, x, axes, g) : null),
            rule("reduce(reduce(x)) = reduce(x)", (op, _, g) -> op instanceof Reduce(var kind, Value(Reduce(var inner, Value x, var first), _, _), var axes) && kind == inner
                    ? joined(kind, x, first, axes, g) : null),
            rule("reduce(fill) = fill", (op, v, g) -> op instanceof Reduce r && r.x().op() instanceof Fill(_, double c) ? ofFill(r, c, v, g) : null),
            rule("sum(broadcast(x)) = sum(x) * n", (op, v, g) -> op instanceof Reduce(var kind, Value(Broadcast b, _, _), var axes) && axes.stream().anyMatch(k -> !b.axes().contains(k))
                    ? ofBroadcast(kind, b, axes, v, g) : null),
            rule("reduce(broadcast(x)) = broadcast(reduce(x))", (op, v, g) -> op instanceof Reduce(var kind, Value(Broadcast b, _, _), var axes) && b.axes().containsAll(axes)
                    ? below(kind, b, axes, v, g) : null),
            rule("reduce(transpose(x)) = transpose(reduce(x))", (op, _, g) -> op instanceof Reduce(var kind, Value(Transpose t, _, _), var axes) ? below(kind, t, axes, g) : null),
            rule("reduce(reshape(x)), units only = reshape(reduce(x))", (op, v, g) -> op instanceof Reduce(var kind, Value(Reshape r, _, _), var axes) ? below(kind, r, axes, v, g) : null),
            rule("sum(-x) = -sum(x)", (op, _, g) -> op instanceof Reduce(var kind, Value(Unary(var fn, Value x), _, _), var axes) && kind == Reduction.SUM && fn == UnaryFn.NEG
                    && x.tensor().isFloat() ? g.negate(g.sum(x, axes)) : null),
            rule("sum(x * y) = sum(x) * y", (op, v, g) -> op instanceof Reduce(var kind, Value(Binary(var fn, Value x, Value y), _, _), var axes) && kind == Reduction.SUM
                    && (fn == BinaryFn.MUL || fn == BinaryFn.DIV) && x.tensor().isFloat() ? factor(fn, x, y, axes, v, g) : null),
            rule("sum(x * y) = x * sum(y)", (op, v, g) -> op instanceof Reduce(var kind, Value(Binary(var fn, Value x, Value y), _, _), var axes) && kind == Reduction.SUM
                    && fn == BinaryFn.MUL && x.tensor().isFloat() ? factor(fn, y, x, axes, v, g) : null));

    static List<Integer> kept(int rank, List<Integer> axes) {
        return IntStream.range(0, rank).filter(k -> !axes.contains(k)).boxed().toList();
    }

    private static Value withoutUnits(Reduction kind, Value x, List<Integer> axes, Graph g) {
        var units = axes.stream().filter(k -> x.dim(k).is(1)).toList();
        var left = kept(x.rank(), units);
        return g.reduce(kind, g.reshape(x, x.shape().without(units)), axes.stream().filter(k -> !units.contains(k)).map(left::indexOf).toList());
    }

    private static Value joined(Reduction kind, Value x, List<Integer> first, List<Integer> axes, Graph g) {
        var left = kept(x.rank(), first);
        var all = new ArrayList<>(first);
        axes.forEach(k -> all.add(left.get(k)));
        return g.reduce(kind, x, all);
    }

    private static boolean isNonEmpty(Shape shape, List<Integer> axes) {
        return axes.stream().allMatch(k -> shape.dim(k).isConstant() && shape.dim(k).value() > 0);
    }

    private static Value ofFill(Reduce r, double c, Value v, Graph g) {
        Dim n = Dim.product(r.axes().stream().map(r.x()::dim).toList());
        return switch (r.kind()) {
            case SUM -> c == 0 ? g.fill(v.tensor(), 0) : !v.tensor().isFloat() ? null
                    : n.isConstant() ? g.fill(v.tensor(), c * n.value()) : g.times(g.broadcast(g.extent(n, v.element()), v.shape()), g.fill(v.tensor(), c));
            case PROD -> c == 1 ? g.fill(v.tensor(), 1) : null;
            case MAX, MIN, ALL, ANY -> isNonEmpty(r.x().shape(), r.axes()) ? g.fill(v.tensor(), c) : null;
        };
    }

    private static Value ofBroadcast(Reduction kind, Broadcast b, List<Integer> axes, Value v, Graph g) {
        var repeated = axes.stream().filter(k -> !b.axes().contains(k)).toList();
        if (kind == Reduction.PROD || kind != Reduction.SUM && !isNonEmpty(b.to(), repeated) || kind == Reduction.SUM && !v.tensor().isFloat()) {
            return null;
        }
        var left = kept(b.to().rank(), repeated);
        Value less = g.broadcast(b.x(), b.to().without(repeated), b.axes().stream().map(left::indexOf).toList());
        Value reduced = g.reduce(kind, less, axes.stream().filter(b.axes()::contains).map(left::indexOf).toList());
        return kind != Reduction.SUM ? reduced : g.times(reduced, g.broadcast(g.extent(Dim.product(repeated.stream().map(b.to()::dim).toList()), v.element()), v.shape()));
    }

    private static Value below(Reduction kind, Broadcast b, List<Integer> axes, Value v, Graph g) {
        if (axes.stream().anyMatch(k -> !b.x().dim(b.axes().indexOf(k)).equals(b.to().dim(k)))) {
            return null;
        }
        var left = kept(b.to().rank(), axes);
        return g.broadcast(g.reduce(kind, b.x(), axes.stream().map(b.axes()::indexOf).toList()), v.shape(),
                b.axes().stream().filter(k -> !axes.contains(k)).map(left::indexOf).toList());
    }

    private static Value below(Reduction kind, Transpose t, List<Integer> axes, Graph g) {
        var reduced = axes.stream().map(t.order()::get).toList();
        var left = kept(t.x().rank(), reduced);
        return g.transpose(g.reduce(kind, t.x(), reduced), t.order().stream().filter(k -> !reduced.contains(k)).map(left::indexOf).toList());
    }

    /// Axes of extent 1 that a reshape adds or drops do not matter to a reduction along others.
    private static Value below(Reduction kind, Reshape r, List<Integer> axes, Value v, Graph g) {
        var before = Movement.wide(r.x().shape());
        var after = Movement.wide(r.to());
        if (!before.stream().map(r.x()::dim).toList().equals(after.stream().map(r.to()::dim).toList()) || !after.containsAll(axes)) {
            return null;
        }
        return g.reshape(g.reduce(kind, r.x(), axes.stream().map(k -> before.get(after.indexOf(k))).toList()), v.shape());
    }

    /// `y` leaves the sum of `x fn y` if it is constant along the summed axes.
    private static Value factor(BinaryFn fn, Value x, Value y, List<Integer> axes, Value v, Graph g) {
        Spread spread = Spread.of(y, g);
        if (axes.stream().anyMatch(spread::has)) {
            return null;
        }
        return g.binary(fn, g.sum(x, axes), spread.over(kept(x.rank(), axes), x.shape(), g));
    }
}
