package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### dynamic_slice
/// `size` elements of one axis from a start that is computed: `result[…, i, …] = x[…, s + i, …]` with `s` = `start` clamped to
/// `0 … n - size`.
///
/// - (C1) `axis` is an axis of `x`; `start` is a scalar integer.
/// - (C2) where known, `size <= n`.
///
/// ```example
/// dynamic_slice %a, %b {axis = 0, size = 2}
/// %a = f32[4] [0, 1, 2, 3]
/// %b = i64[] [9]
/// result = f32[2] [2, 3]
/// ```
public record DynamicSlice(Value x, Value start, int axis, Dim size) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "dynamic_slice";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, start);
    }

    @Override
    public DynamicSlice withOperands(List<Value> operands) {
        return new DynamicSlice(operands.get(0), operands.get(1), axis, size);
    }

    @Override
    public List<Dim> dims() {
        return List.of(size);
    }

    @Override
    public List<Dim> room() {
        return List.of(x.dim(axis).minus(size));
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && start.rank() == 0 && start.element().isInteger(), name(), "(C1) axis " + axis + " of " + x.type() + " from " + start.type());
        Dim room = room().getFirst();
        require(!room.isConstant() || room.value() >= 0, name(), "(C2) " + size + " elements of " + x.dim(axis));
        return x.tensor().withShape(x.shape().with(axis, size));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        long extent = dims.applyAsLong(size);
        long first = clamp(operands.get(1).getLong(0), in.extent(axis) - extent);
        return in.rearranged(in.extentsWith(axis, extent), index -> {
            index[axis] += first;
            return index;
        });
    }

    /// The clamped start, a scalar i64.
    static Expr start(Pointwise.Point point, Value start, Dim extent, Dim size) {
        return clamp(point, point.read(start, List.of()), extent.minus(size));
    }

    /// `i` moved into `0 … last`; 0 if `last` is negative.
    static long clamp(long i, long last) {
        return Math.max(0, Math.min(i, last));
    }

    /// [#clamp(long, long)] of an integer as loop code, an i64.
    static Expr clamp(Pointwise.Point point, Expr i, Dim last) {
        Expr wide = i.type() == ElementType.I64 ? i : new Expr.Cast(ElementType.I64, i);
        return point.let("clamped", Expr.apply(Fn.MAX, Expr.index(0), Expr.apply(Fn.MIN, wide, point.dim(last))));
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = new ArrayList<>(index);
        from.set(axis, Expr.plus(index.get(axis), start(point, start, x.dim(axis), size)));
        return point.read(x, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return tangents.getFirst() == null ? null : g.add(new DynamicSlice(tangents.getFirst(), start, axis, size));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(g.add(new DynamicUpdate(g.zeros(x), cotangent, start, axis)), null);
    }
}
