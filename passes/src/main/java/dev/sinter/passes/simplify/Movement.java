package dev.sinter.passes.simplify;

import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.DynamicSlice;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.TakeAlong;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Laws of ops that only move elements. In normal form the operand of a broadcast has no axis of extent 1, and a transpose that moves nothing but axes of
/// extent 1 is a reshape.
final class Movement {
    private Movement() { }

    static final List<Rule> RULES = List.of(
            rule("move(fill) = fill", (op, v, g) -> isMove(op) && op.operands().getFirst().op() instanceof Fill(_, double c)
                    && (!(op instanceof Pad p) || p.value().op() instanceof Fill(_, double d) && Double.compare(c, d) == 0) ? g.fill(v.tensor(), c) : null),

            rule("reshape(x) to its shape = x", (op, _, _) -> op instanceof Reshape(Value x, Shape to) && to.equals(x.shape()) ? x : null),
            rule("reshape(reshape(x)) = reshape(x)", (op, _, g) -> op instanceof Reshape(Value(Reshape(Value x, Shape _), _, _), Shape to) ? g.reshape(x, to) : null),
            rule("reshape(broadcast(x)), units only = broadcast(x)", (op, _, g) -> op instanceof Reshape(Value(Broadcast b, _, _), Shape to) ? reshaped(b, to, g) : null),

            rule("transpose(x) in order = x", (op, _, _) -> op instanceof Transpose(Value x, List<Integer> order) && isInOrder(order) ? x : null),
            rule("transpose(transpose(x)) = transpose(x)", (op, _, g) -> op instanceof Transpose(Value(Transpose(Value x, List<Integer> inner), _, _), List<Integer> order)
                    ? g.transpose(x, order.stream().map(inner::get).toList()) : null),
            rule("transpose(broadcast(x)) = broadcast(transpose(x))", (op, _, g) -> op instanceof Transpose t && t.x().op() instanceof Broadcast b ? transposed(t, b, g) : null),

            rule("broadcast(x) to its shape = x", (op, _, _) -> op instanceof Broadcast(Value x, Shape to, var _) && to.equals(x.shape()) ? x : null),
            rule("broadcast(broadcast(x)) = broadcast(x)", (op, _, g) -> op instanceof Broadcast(Value(Broadcast(Value x, Shape _, List<Integer> inner), _, _), Shape to,
                    List<Integer> axes) ? g.add(new Broadcast(x, to, inner.stream().map(axes::get).toList())) : null),
            rule("broadcast of units = broadcast without them", (op, _, g) -> op instanceof Broadcast b && b.x().shape().dims().stream().anyMatch(d -> d.is(1))
                    ? withoutUnits(b.x(), b.to(), b.axes(), g) : null),
            rule("broadcast(x) by units = reshape(x)", (op, _, g) -> op instanceof Broadcast(Value x, Shape to, List<Integer> axes)
                    && IntStream.range(0, to.rank()).allMatch(k -> axes.contains(k) || to.dim(k).is(1)) ? g.reshape(x, to) : null),

            rule("slice(x), all of it = x", (op, _, _) -> op instanceof Slice s && s.start().is(0) && s.size().equals(s.x().dim(s.axis())) && (s.stride() == 1 || s.size().is(1))
                    ? s.x() : null),
            rule("slice(slice(x)) = slice(x)", (op, _, g) -> op instanceof Slice s && s.x().op() instanceof Slice t && s.axis() == t.axis()
                    ? g.add(new Slice(t.x(), s.axis(), t.start().plus(s.start().times(t.stride())), s.size(), s.stride() * t.stride())) : null),
            rule("slice(pad(x)) = pad(x)", (op, _, g) -> op instanceof Slice s && s.x().op() instanceof Pad p && s.axis() == p.axis() && p.interior() == 0 && s.stride() == 1
                    ? sliced(s, p, g) : null),
            rule("slice(pad(x)), another axis = pad(slice(x))", (op, _, g) -> op instanceof Slice s && s.x().op() instanceof Pad p && s.axis() != p.axis()
                    ? g.add(p.withOperands(List.of(g.add(s.withOperands(List.of(p.x()))), p.value()))) : null),
            rule("slice(broadcast(x)) = broadcast(slice(x))", (op, v, g) -> op instanceof Slice s && s.x().op() instanceof Broadcast b ? sliced(s, b, v.shape(), g) : null),
            rule("slice(concat(x, y)) = slice(x)", (op, _, g) -> op instanceof Slice s && s.x().op() instanceof Concat c && c.axis() == s.axis() ? partOf(s, c, g) : null),
            rule("dynamic_slice(x) from a constant = slice(x)", (op, _, g) -> op instanceof DynamicSlice d && d.start().op() instanceof Fill f
                    && d.x().dim(d.axis()).minus(d.size()).isConstant() ? fixed(d, (long) f.value(), g) : null),

            rule("pad(x) by nothing = x", (op, _, _) -> op instanceof Pad p && p.low().is(0) && p.high().is(0) && (p.interior() == 0 || p.x().dim(p.axis()).is(1))
                    ? p.x() : null),
            rule("pad(x) by less than nothing = slice(x)", (op, v, g) -> op instanceof Pad p && p.interior() == 0 && isAtMostZero(p.low()) && isAtMostZero(p.high())
                    ? g.add(new Slice(p.x(), p.axis(), p.low().times(-1), v.dim(p.axis()), 1)) : null),
            rule("pad(pad(x)) = pad(x)", (op, _, g) -> op instanceof Pad p && p.x().op() instanceof Pad q && p.axis() == q.axis() && p.value() == q.value() && p.interior() == 0
                    && (q.low().isKnownNonNegative() || isAtMostZero(p.low())) && (q.high().isKnownNonNegative() || isAtMostZero(p.high()))
                    ? g.add(new Pad(q.x(), q.value(), q.axis(), q.low().plus(p.low()), q.high().plus(p.high()), q.interior())) : null),
            rule("pad(window(x)), another axis = window(pad(x))", (op, _, g) -> op instanceof Pad p && p.x().op() instanceof Window w && p.axis() != w.axis() && p.axis() < w.x().rank()
                    ? g.add(w.withOperands(List.of(g.add(p.withOperands(List.of(w.x(), p.value())))))) : null),
            rule("pad(x) + pad(y), side by side = concat(x, y)", (op, _, g) -> op instanceof Binary b && b.fn() == BinaryFn.ADD ? SideBySide.joined(b, g) : null),

            rule("reverse(reverse(x)) = x", (op, _, _) -> op instanceof Reverse(Value(Reverse(Value x, int inner), _, _), int axis) && axis == inner ? x : null),
            rule("reverse(x) of one = x", (op, _, _) -> op instanceof Reverse(Value x, int axis) && x.dim(axis).is(1) ? x : null),
            rule("reverse(broadcast(x)) = broadcast(reverse(x))", (op, v, g) -> op instanceof Reverse(Value(Broadcast(Value x, Shape _, List<Integer> axes), _, _), int axis)
                    ? g.broadcast(axes.contains(axis) ? g.add(new Reverse(x, axes.indexOf(axis))) : x, v.shape(), axes) : null),

            rule("concat(x) = x", (op, _, _) -> op instanceof Concat(List<Value> parts, int _) && parts.size() == 1 ? parts.getFirst() : null),
            rule("concat(x, nothing) = x", (op, _, g) -> op instanceof Concat(List<Value> parts, int axis) && parts.stream().anyMatch(p -> p.dim(axis).is(0))
                    && parts.stream().anyMatch(p -> !p.dim(axis).is(0)) ? g.add(new Concat(parts.stream().filter(p -> !p.dim(axis).is(0)).toList(), axis)) : null),
            rule("concat(concat(x, y), z) = concat(x, y, z)", (op, _, g) -> op instanceof Concat c && c.parts().stream().anyMatch(p -> isConcat(p, c.axis()))
                    ? g.add(new Concat(c.parts().stream().flatMap(p -> isConcat(p, c.axis()) ? p.op().operands().stream() : java.util.stream.Stream.of(p)).toList(), c.axis())) : null),
            rule("concat(slice(x), next slice(x)) = slice(x)", (op, _, g) -> op instanceof Concat c ? joined(c, g) : null),

            rule("window(x) of one = reshape(x)", (op, v, g) -> op instanceof Window w && w.size() == 1 && w.stride() == 1 ? g.reshape(w.x(), v.shape()) : null),
            rule("fold(x) of one = reshape(x)", (op, v, g) -> op instanceof Fold f && f.size() == 1 && f.stride() == 1 ? g.reshape(f.x(), v.shape()) : null));

    private static boolean isMove(Op op) {
        return op instanceof Broadcast || op instanceof Reshape || op instanceof Transpose || op instanceof Slice || op instanceof Pad || op instanceof Reverse
                || op instanceof Window || op instanceof Gather || op instanceof TakeAlong || op instanceof DynamicSlice;
    }

    static boolean isInOrder(List<Integer> axes) {
        return axes.stream().sorted().toList().equals(axes);
    }

    private static boolean isAtMostZero(Dim d) {
        return d.times(-1).isKnownNonNegative();
    }

    private static boolean isConcat(Value v, int axis) {
        return v.op() instanceof Concat(var _, int inner) && inner == axis;
    }

    /// The axes whose extent is not known to be 1.
    static List<Integer> wide(Shape shape) {
        return IntStream.range(0, shape.rank()).filter(k -> !shape.dim(k).is(1)).boxed().toList();
    }

    private static Value withoutUnits(Value x, Shape to, List<Integer> axes, Graph g) {
        var wide = wide(x.shape());
        return g.broadcast(g.reshape(x, new Shape(wide.stream().map(x::dim).toList())), to, wide.stream().map(axes::get).toList());
    }

    /// Axes of extent 1 come and go without the others changing, so the others are found again by counting.
    private static Value reshaped(Broadcast b, Shape to, Graph g) {
        var before = wide(b.to());
        var after = wide(to);
        if (!before.stream().map(b.to()::dim).toList().equals(after.stream().map(to::dim).toList()) || b.x().shape().dims().stream().anyMatch(d -> d.is(1))) {
            return null;
        }
        return g.broadcast(b.x(), to, b.axes().stream().map(k -> after.get(before.indexOf(k))).toList());
    }

    private static Value transposed(Transpose t, Broadcast b, Graph g) {
        var places = b.axes().stream().map(t.inverse()::get).toList();                        // of the axes of b.x in the result
        var sorted = places.stream().sorted().toList();
        return g.broadcast(g.transpose(b.x(), sorted.stream().map(places::indexOf).toList()), new Shape(t.order().stream().map(b.to()::dim).toList()), sorted);
    }

    /// What a slice leaves of the padding; negative padding where it leaves none.
    private static Value sliced(Slice s, Pad p, Graph g) {
        Dim low = p.low().minus(s.start());
        return g.add(new Pad(p.x(), p.value(), p.axis(), low, s.size().minus(low).minus(p.x().dim(p.axis())), 0));
    }

    private static Value sliced(Slice s, Broadcast b, Shape to, Graph g) {
        int axis = b.axes().indexOf(s.axis());
        return g.broadcast(axis >= 0 && !b.x().dim(axis).is(1) ? g.add(new Slice(b.x(), axis, s.start(), s.size(), s.stride())) : b.x(), to, b.axes());
    }

    private static Value fixed(DynamicSlice d, long start, Graph g) {
        long last = d.x().dim(d.axis()).minus(d.size()).value();
        return g.add(new Slice(d.x(), d.axis(), Dim.constant(Math.clamp(start, 0, last)), d.size(), 1));
    }

    /// The part of a concatenation that a slice lies in, where that is known.
    private static Value partOf(Slice s, Concat c, Graph g) {
        Dim begin = Dim.ZERO;
        Dim last = s.start().plus(s.size().minus(Dim.ONE).times(s.stride()));
        for (Value part : c.parts()) {
            Dim end = begin.plus(part.dim(c.axis()));
            if (s.start().minus(begin).isKnownNonNegative() && end.minus(last).minus(Dim.ONE).isKnownNonNegative()) {
                return g.add(new Slice(part, s.axis(), s.start().minus(begin), s.size(), s.stride()));
            }
            begin = end;
        }
        return null;
    }

    private static Value joined(Concat c, Graph g) {
        var parts = new ArrayList<>(c.parts());
        for (int k = 0; k + 1 < parts.size(); k++) {
            if (parts.get(k).op() instanceof Slice a && parts.get(k + 1).op() instanceof Slice b && a.x() == b.x() && a.axis() == c.axis() && b.axis() == c.axis()
                    && a.stride() == 1 && b.stride() == 1 && a.start().plus(a.size()).equals(b.start())) {
                parts.set(k, g.add(new Slice(a.x(), a.axis(), a.start(), a.size().plus(b.size()), 1)));
                parts.remove(k + 1);
                return g.add(new Concat(parts, c.axis()));
            }
        }
        return null;
    }
}
