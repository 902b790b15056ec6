package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### dynamic_update
/// `x` with a part of one axis replaced: `result[…, s + i, …] = update[…, i, …]`, elsewhere `x`; `s` is clamped as in [DynamicSlice].
///
/// - (C1) `axis` is an axis of `x`; `start` is a scalar integer.
/// - (C2) `update` has the type of `x` but along `axis`.
/// - (C3) where known, `update` is not longer than `x`.
///
/// ```example
/// dynamic_update %a, %b, %c {axis = 0}
/// %a = f32[4] [0, 1, 2, 3]
/// %b = f32[2] [8, 9]
/// %c = i64[] [1]
/// result = f32[4] [0, 8, 9, 3]
/// ```
public record DynamicUpdate(Value x, Value update, Value start, int axis) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "dynamic_update";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, update, start);
    }

    @Override
    public DynamicUpdate withOperands(List<Value> operands) {
        return new DynamicUpdate(operands.get(0), operands.get(1), operands.get(2), axis);
    }

    @Override
    public List<Dim> room() {
        return List.of(x.dim(axis).minus(update.dim(axis)));
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && start.rank() == 0 && start.element().isInteger(), name(), "(C1) axis " + axis + " of " + x.type() + " from " + start.type());
        require(update.rank() == x.rank() && update.tensor().withShape(update.shape().with(axis, x.dim(axis))).equals(x.type()), name(),
                "(C2) " + update.type() + " into " + x.type() + " along axis " + axis);
        Dim room = room().getFirst();
        require(!room.isConstant() || room.value() >= 0, name(), "(C3) " + update.dim(axis) + " elements into " + x.dim(axis));
        return x.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.get(0);
        NdArray part = operands.get(1);
        long first = DynamicSlice.clamp(operands.get(2).getLong(0), in.extent(axis) - part.extent(axis));
        NdArray result = NdArray.zeros(in.element(), in.extents());
        for (int i = 0; i < result.size(); i++) {
            long[] index = result.index(i);
            index[axis] -= first;
            boolean replaced = index[axis] >= 0 && index[axis] < part.extent(axis);
            result.copy(i, replaced ? part : in, replaced ? part.position(index) : i);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Dim size = update.dim(axis);
        Expr s = DynamicSlice.start(point, start, x.dim(axis), size);
        Expr i = point.let("i", Expr.apply(Fn.SUB, index.get(axis), s));
        Expr inside = point.let("inside", Expr.apply(Fn.AND, Expr.apply(Fn.LE, Expr.index(0), i), Expr.apply(Fn.LT, i, point.dim(size))));
        var from = new ArrayList<>(index);
        from.set(axis, i);
        Expr old = point.guard(Expr.apply(Fn.NOT, inside), () -> point.read(x, index), Expr.constant(x.element(), 0));
        return point.guard(inside, () -> point.read(update, from), old);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        if (tangents.get(0) == null && tangents.get(1) == null) {
            return null;
        }
        return g.add(new DynamicUpdate(Differentiable.orZeros(tangents.get(0), x, g), Differentiable.orZeros(tangents.get(1), update, g), start, axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(g.add(new DynamicUpdate(cotangent, g.zeros(update), start, axis)),
                g.add(new DynamicSlice(cotangent, start, axis, update.dim(axis))), null);
    }
}
