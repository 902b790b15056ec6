package dev.sinter.passes.simplify;

import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Cast;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// A product with one-hot vectors chooses rows: `dot(one_hot(i), w)` costs a copy, not a multiplication by every row. Where `i` is no row, the one-hot vector is zero, and so
/// is the result.
final class OneHot {
    private OneHot() { }

    static final List<Rule> RULES = List.of(
            rule("dot(one_hot(i), w) = w[i]", (op, v, g) -> op instanceof Dot d && d.contractA().size() == 1 && d.batchA().isEmpty() && d.contractB().getFirst() == 0
                    ? of(d.a(), d.contractA().getFirst()).map(i -> rows(d.b(), i, 0, v, g)).orElse(null) : null),
            rule("dot(w, one_hot(i)) = w[.., i]", (op, v, g) -> op instanceof Dot d && d.contractA().size() == 1 && d.batchA().isEmpty()
                    && d.contractA().getFirst() == d.a().rank() - 1
                    ? of(d.b(), d.contractB().getFirst()).map(i -> rows(d.a(), i, d.a().rank() - 1, v, g)).orElse(null) : null));

    /// The `i` of which `v` is `cast(i == position)` along `axis`.
    private static Optional<Value> of(Value v, int axis) {
        if (!(v.op() instanceof Cast c && v.tensor().isFloat() && c.x().op() instanceof Binary(BinaryFn fn, Value a, Value b) && fn == BinaryFn.EQ)) {
            return Optional.empty();
        }
        Value position = isPosition(a, axis) ? a : b;
        Value chosen = position == a ? b : a;
        var others = IntStream.range(0, v.rank()).filter(k -> k != axis).boxed().toList();
        return isPosition(position, axis) && chosen.op() instanceof Broadcast r && r.axes().equals(others) && r.x().element().isInteger() ? Optional.of(r.x()) : Optional.empty();
    }

    private static boolean isPosition(Value v, int axis) {
        return !v.dim(axis).is(0) && v.op() instanceof Broadcast(Value x, var _, List<Integer> axes) && axes.equals(List.of(axis)) && (x.op() instanceof Cast(var _, Value y) ? y : x).op() instanceof Iota;
    }

    private static Value rows(Value w, Value i, int axis, Value v, Graph g) {
        Value rows = g.add(new Gather(w, i, axis));
        Value below = g.binary(BinaryFn.LT, i, g.broadcast(g.extent(w.dim(axis), i.element()), i.shape()));
        Value inside = g.binary(BinaryFn.AND, g.binary(BinaryFn.LE, g.zeros(i), i), below);
        return g.select(g.broadcast(inside, v.shape(), IntStream.range(axis, axis + i.rank()).boxed().toList()), rows, g.zeros(v));
    }
}
