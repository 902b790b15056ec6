package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A tensor seen as a smaller one, repeated: what index notation writes as a factor with some of the indices.
///
/// @param core what is repeated; no axis of it has extent 1 unless the whole has there too
/// @param axes the axes of the whole that the core has, in order
record Spread(Value core, List<Integer> axes) {
    /// How `v` depends on its axes.
    static Spread of(Value v, Graph g) {
        if (v.op() instanceof Broadcast b && b.x().shape().dims().stream().noneMatch(d -> d.is(1))) {
            return new Spread(b.x(), b.axes());
        }
        if (v.op() instanceof Fill(var t, double c)) {
            return new Spread(g.scalar(t.element(), c), List.of());
        }
        return new Spread(v, IntStream.range(0, v.rank()).boxed().toList());
    }

    boolean has(int axis) {
        return axes.contains(axis);
    }

    /// The axis of the core that is `axis` of the whole.
    int inCore(int axis) {
        return axes.indexOf(axis);
    }

    List<Integer> inCore(List<Integer> some) {
        return some.stream().map(axes::indexOf).toList();
    }

    /// The core summed along those of `gone` that it has.
    Spread summed(List<Integer> gone, Graph g) {
        return new Spread(g.sum(core, gone.stream().filter(this::has).map(axes::indexOf).toList()), axes.stream().filter(k -> !gone.contains(k)).toList());
    }

    /// The core repeated to a shape with some axes of the whole, `kept`, in order.
    Value over(List<Integer> kept, Shape whole, Graph g) {
        var dims = new ArrayList<Dim>();
        kept.forEach(k -> dims.add(whole.dim(k)));
        return g.broadcast(core, new Shape(dims), axes.stream().map(kept::indexOf).toList());
    }
}
