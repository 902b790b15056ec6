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

            rule("slice(x), all of it = x", (op, _, _) -> op instanceof Slice(Value x, int axis, Dim start, Dim size, long stride) && start.is(0) && size.equals(x.dim(axis))
                    && (stride == 1 || size.is(1)) ? x : null),
            rule("slice(slice(x)) = slice(x)", (op, _, g) -> op instanceof Slice(Value(Slice(Value x, int inner, Dim start, Dim _, long stride), _, _), int axis, Dim more, Dim size, long by)
                    && axis == inner ? g.add(new Slice(x, axis, start.plus(more.times(stride)), size, stride * by)) : null),
            rule("slice(pad(x)) = pad(x)", (op, _, g) -> op instanceof Slice(Value(Pad(Value x, Value c, int inner, Dim low, Dim _, long interior), _, _), int axis, Dim start, Dim size, long stride)
                    && axis == inner && interior == 0 && stride == 1
                    ? g.add(new Pad(x, c, axis, low.minus(start), size.minus(low.minus(start)).minus(x.dim(axis)), 0)) : null),
            rule("slice(pad(x)), another axis = pad(slice(x))", (op, _, g) -> op instanceof Slice(Value(Pad(Value x, Value c, int inner, Dim low, Dim high, long interior), _, _), int axis, Dim start, Dim size, long stride)
                    && axis != inner ? g.add(new Pad(g.add(new Slice(x, axis, start, size, stride)), c, inner, low, high, interior)) : null),
            rule("slice(broadcast(x)) = broadcast(slice(x))", (op, v, g) -> op instanceof Slice(Value(Broadcast(Value x, Shape _, List<Integer> axes), _, _), int axis, Dim start, Dim size, long stride)
                    ? g.broadcast(axes.contains(axis) && !x.dim(axes.indexOf(axis)).is(1) ? g.add(new Slice(x, axes.indexOf(axis), start, size, stride)) : x, v.shape(), axes) : null),
            rule("slice(concat(x, y)) = slice(x)", (op, _, g) -> op instanceof Slice s && s.x().op() instanceof Concat c && c.axis() == s.axis() ? partOf(s, c, g) : null),
            rule("dynamic_slice(x) from a constant = slice(x)", (op, _, g) -> op instanceof DynamicSlice(Value x, Value(Fill(_, double c), _, _), int axis, Dim size)
                    && x.dim(axis).minus(size).isConstant()
                    ? g.add(new Slice(x, axis, Dim.constant(Math.clamp((long) c, 0, x.dim(axis).minus(size).value())), size, 1)) : null),

            rule("pad(x) by nothing = x", (op, _, _) -> op instanceof Pad(Value x, Value _, int axis, Dim low, Dim high, long interior) && low.is(0) && high.is(0)
                    && (interior == 0 || x.dim(axis).is(1)) ? x : null),
            rule("pad(x) by less than nothing = slice(x)", (op, v, g) -> op instanceof Pad(Value x, Value _, int axis, Dim low, Dim high, long interior)
                    && interior == 0 && isAtMostZero(low) && isAtMostZero(high) ? g.add(new Slice(x, axis, low.times(-1), v.dim(axis), 1)) : null),
            rule("pad(pad(x)) = pad(x)", (op, _, g) -> op instanceof Pad(Value(Pad(Value x, Value c, int inner, Dim low, Dim high, long interior), _, _), Value d, int axis, Dim more, Dim after, long between)
                    && axis == inner && c == d && between == 0 && (low.isKnownNonNegative() || isAtMostZero(more)) && (high.isKnownNonNegative() || isAtMostZero(after))
                    ? g.add(new Pad(x, c, axis, low.plus(more), high.plus(after), interior)) : null),
            rule("pad(window(x)), another axis = window(pad(x))", (op, _, g) -> op instanceof Pad(Value(Window(Value x, int inner, long size, long stride, long dilation), _, _), Value c, int axis, Dim low, Dim high, long interior)
                    && axis != inner && axis < x.rank() ? g.add(new Window(g.add(new Pad(x, c, axis, low, high, interior)), inner, size, stride, dilation)) : null),
            rule("pad(x) + pad(y), side by side = concat(x, y)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value _, Value _) && fn == BinaryFn.ADD ? SideBySide.joined(op, g) : null),

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

            rule("window(x) of one = reshape(x)", (op, v, g) -> op instanceof Window(Value x, int _, long size, long stride, long _) && size == 1 && stride == 1 ? g.reshape(x, v.shape()) : null),
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
