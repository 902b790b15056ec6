package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### pad
/// Extends one axis by `low` elements before, `high` after and `interior` between neighbours, each the scalar `value`. Negative `low` or `high`
/// cut elements off. The new extent is `low + high + n + max(n - 1, 0) * interior` (written for `n >= 1`).
///
/// - (C1) `axis` is an axis of `x`, `interior >= 0`.
/// - (C2) `value` is a scalar of the element type of `x`.
///
/// ```example
/// pad %a, %b {axis = 0, low = 1, high = 2, interior = 1}
/// %a = f32[2] [5, 6]
/// %b = f32[] [0]
/// result = f32[6] [0, 5, 0, 6, 0, 0]
/// ```
public record Pad(Value x, Value value, int axis, Dim low, Dim high, long interior) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "pad";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, value);
    }

    @Override
    public Pad withOperands(List<Value> operands) {
        return new Pad(operands.get(0), operands.get(1), axis, low, high, interior);
    }

    @Override
    public List<Dim> dims() {
        return List.of(low, high);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && interior >= 0, name(), "(C1) axis " + axis + " of " + x.type());
        require(value.type().equals(new Type.Tensor(x.element(), Shape.SCALAR)), name(), "(C2) a value of type " + value.type() + " for " + x.type());
        Dim n = x.dim(axis);
        Dim spread = interior == 0 ? n : n.times(interior + 1).minus(Dim.constant(interior));
        Dim extent = low.plus(spread).plus(high);
        require(!extent.isConstant() || extent.value() >= 0, name(), "a negative extent " + extent);
        return x.tensor().withShape(x.shape().with(axis, extent));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        long n = in.extent(axis);
        long before = dims.applyAsLong(low);
        long extent = before + n + dims.applyAsLong(high) + (n - 1) * interior;
        NdArray result = NdArray.zeros(in.element(), in.extentsWith(axis, extent));
        for (int i = 0; i < result.size(); i++) {
            long[] index = result.index(i);
            long inside = index[axis] - before;
            index[axis] = inside / (interior + 1);
            boolean isElement = inside >= 0 && inside % (interior + 1) == 0 && index[axis] < n;
            result.copy(i, isElement ? in : operands.get(1), isElement ? in.position(index) : 0);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr i = point.let("i", Expr.plus(index.get(axis), point.dim(low.times(-1))));
        Expr extent = point.dim(x.dim(axis));
        var from = new ArrayList<>(index);
        Expr inside;
        if (interior == 0) {
            from.set(axis, i);
            inside = Expr.apply(Fn.AND, Expr.apply(Fn.LE, Expr.index(0), i), Expr.apply(Fn.LT, i, extent));
        } else {
            Expr step = Expr.index(interior + 1);
            Expr q = point.let("q", Expr.apply(Fn.DIV, i, step));
            from.set(axis, q);
            inside = Expr.apply(Fn.AND, Expr.apply(Fn.AND, Expr.apply(Fn.LE, Expr.index(0), i), Expr.apply(Fn.LT, q, extent)),
                    Expr.apply(Fn.EQ, i, Expr.apply(Fn.MUL, q, step)));
        }
        return point.guard(inside, () -> point.read(x, from), point.read(value, List.of()));
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(List.of(Differentiable.orZeros(tangents.get(0), x, g), Differentiable.orZeros(tangents.get(1), value, g))));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        Value wide = cotangent;                                // with zeros in place of what a negative `low` or `high` has cut off
        Dim before = missing(low);
        Dim after = missing(high);
        if (!before.is(0) || !after.is(0)) {
            wide = g.add(new Pad(wide, g.scalar(x.element(), 0), axis, before, after, 0));
        }
        Value ofX = x.dim(axis).is(0) ? g.zeros(x) : g.add(new Slice(wide, axis, low.plus(before), x.dim(axis), interior + 1));
        Value outside = g.add(new Pad(g.fill(x.tensor().withElement(ElementType.BOOL), 0), g.scalar(ElementType.BOOL, 1), axis, low, high, interior));
        Value ofValue = g.sum(g.select(outside, cotangent, g.zeros(cotangent)), java.util.stream.IntStream.range(0, x.rank()).boxed().toList());
        return List.of(ofX, ofValue);
    }

    /// How much a negative padding cuts off.
    private static Dim missing(Dim padding) {
        return padding.isKnownNonNegative() ? Dim.ZERO : Dim.ZERO.max(padding.times(-1));
    }
}
