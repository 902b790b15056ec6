package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### take_along
/// Elements of `x` along `axis`, chosen position by position: `result[…, i, …] = x[…, indices[…, i, …], …]`. Indices are clamped into range;
/// if the axis of `x` is empty at the call, the elements are 0.
///
/// - (C1) `axis` is an axis of `x`; `indices` are integers.
/// - (C2) `x` and `indices` have equal dims but along `axis`, where `x` is not empty.
///
/// ```example
/// take_along %a, %b {axis = 1}
/// %a = f32[2,3] [0, 1, 2, 10, 11, 12]
/// %b = i64[2,1] [2, 0]
/// result = f32[2,1] [2, 10]
/// ```
public record TakeAlong(Value x, Value indices, int axis) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "take_along";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, indices);
    }

    @Override
    public TakeAlong withOperands(List<Value> operands) {
        return new TakeAlong(operands.get(0), operands.get(1), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && indices.element().isInteger(), name(), "(C1) axis " + axis + " of " + x.type() + " by " + indices.type());
        require(indices.rank() == x.rank() && indices.shape().with(axis, x.dim(axis)).equals(x.shape()) && !x.dim(axis).is(0), name(),
                "(C2) " + indices.type() + " into " + x.type() + " along axis " + axis);
        return x.tensor().withShape(indices.shape());
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.get(0);
        NdArray chosen = operands.get(1);
        return in.extent(axis) == 0 ? NdArray.zeros(in.element(), chosen.extents()) : in.rearranged(chosen.extents(), index -> {
            index[axis] = DynamicSlice.clamp(chosen.getLong(chosen.position(index)), in.extent(axis) - 1);
            return index;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = new ArrayList<>(index);
        Expr chosen = point.read(indices, index);
        from.set(axis, DynamicSlice.clamp(point, chosen, x.dim(axis).minus(Dim.ONE)));
        return Gather.readUnlessEmpty(point, x, axis, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return tangents.getFirst() == null ? null : g.add(new TakeAlong(tangents.getFirst(), indices, axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(g.add(new PutAlong(g.zeros(x), indices, cotangent, axis)), null);
    }
}
