package dev.sinter.passes.layout;

import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A value whose axes may lie in another order than the one that is meant.
///
/// @param value what there is
/// @param order axis `k` of `value` is axis `order[k]` of what is meant
record Stored(Value value, List<Integer> order) {
    Stored {
        order = List.copyOf(order);
    }

    /// A value as it is meant.
    static Stored declared(Value v) {
        return new Stored(v, v.type() instanceof Type.Tensor ? inOrder(v.rank()) : List.of());
    }

    static List<Integer> inOrder(int rank) {
        return IntStream.range(0, rank).boxed().toList();
    }

    /// The order of axes that undoes another one.
    static List<Integer> inverse(List<Integer> order) {
        return inOrder(order.size()).stream().map(order::indexOf).toList();
    }

    boolean isDeclared() {
        return order.equals(inOrder(order.size()));
    }

    /// Whether it can be had in any order at no cost: what is repeated, or the same everywhere.
    boolean isFree() {
        return value.op() instanceof Broadcast || value.op() instanceof Fill || value.rank() == 0;
    }

    /// Where an axis that is meant lies.
    int place(int axis) {
        return order.indexOf(axis);
    }

    /// Where axes lie, in the same sequence.
    List<Integer> places(List<Integer> axes) {
        return axes.stream().map(order::indexOf).toList();
    }

    /// The value as it is meant.
    Value declared(Graph g) {
        return in(inOrder(order.size()), g);
    }

    /// The value with its axes in the order `wanted`.
    Value in(List<Integer> wanted, Graph g) {
        return transposed(value, wanted.stream().map(order::indexOf).toList(), g);
    }

    /// Axes in another order, without a transpose above another one or above what is repeated.
    static Value transposed(Value x, List<Integer> order, Graph g) {
        if (order.equals(inOrder(order.size()))) {
            return x;
        }
        if (x.op() instanceof Transpose t) {
            return transposed(t.x(), order.stream().map(t.order()::get).toList(), g);
        }
        if (x.op() instanceof Fill f) {
            return g.fill(x.tensor().withShape(new Shape(order.stream().map(x::dim).toList())), f.value());
        }
        if (x.op() instanceof Broadcast b) {
            var dims = new ArrayList<dev.sinter.ir.type.Dim>();
            order.forEach(k -> dims.add(b.to().dim(k)));
            var places = b.axes().stream().map(order::indexOf).toList();
            var sorted = places.stream().sorted().toList();
            return g.broadcast(transposed(b.x(), sorted.stream().map(places::indexOf).toList(), g), new Shape(dims), sorted);
        }
        return g.transpose(x, order);
    }
}
