package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### gather
/// Slices of `x` along `axis`, chosen by `indices` (embedding lookup): the axis is replaced by all axes of `indices`:
/// `result[p…, j…, q…] = x[p…, indices[j…], q…]`. Indices are clamped into range; if the axis is empty at the call, the
/// elements are 0.
///
/// - (C1) `axis` is an axis of `x`; `indices` are integers.
/// - (C2) where known, the axis is not empty.
///
/// ```example
/// gather %a, %b {axis = 0}
/// %a = f32[3,2] [0, 1, 10, 11, 20, 21]
/// %b = i32[2] [2, -1]
/// result = f32[2,2] [20, 21, 0, 1]
/// ```
public record Gather(Value x, Value indices, int axis) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "gather";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, indices);
    }

    @Override
    public Gather withOperands(List<Value> operands) {
        return new Gather(operands.get(0), operands.get(1), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && indices.element().isInteger(), name(), "(C1) axis " + axis + " of " + x.type() + " by " + indices.type());
        require(!x.dim(axis).is(0), name(), "(C2) nothing to choose from in " + x.type());
        return x.tensor().withShape(shape(x, indices, axis));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.get(0);
        NdArray chosen = operands.get(1);
        var extents = new ArrayList<Long>();
        for (int k = 0; k < in.rank(); k++) {
            if (k == axis) {
                Arrays.stream(chosen.extents()).forEach(extents::add);
            } else {
                extents.add(in.extent(k));
            }
        }
        int j = chosen.rank();
        long[] result = extents.stream().mapToLong(Long::longValue).toArray();
        return in.extent(axis) == 0 ? NdArray.zeros(in.element(), result) : in.rearranged(result, index -> {
            var from = new long[in.rank()];
            System.arraycopy(index, 0, from, 0, axis);
            from[axis] = DynamicSlice.clamp(chosen.getLong(chosen.position(Arrays.copyOfRange(index, axis, axis + j))), in.extent(axis) - 1);
            System.arraycopy(index, axis + j, from, axis + 1, in.rank() - axis - 1);
            return from;
        });
    }

    /// The shape of the result.
    static Shape shape(Value x, Value indices, int axis) {
        var dims = new ArrayList<Dim>(x.shape().dims().subList(0, axis));
        dims.addAll(indices.shape().dims());
        dims.addAll(x.shape().dims().subList(axis + 1, x.rank()));
        return new Shape(dims);
    }

    /// An element along an axis that may be empty at the call, which makes it 0.
    static Expr readUnlessEmpty(Point point, Value x, int axis, List<Expr> index) {
        if (x.dim(axis).isConstant()) {
            return point.read(x, index);
        }
        Expr some = Expr.apply(Fn.LT, Expr.index(0), point.dim(x.dim(axis)));
        return point.guard(some, () -> point.read(x, index), Expr.constant(x.element(), 0));
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr chosen = point.read(indices, index.subList(axis, axis + indices.rank()));
        var from = new ArrayList<Expr>(index.subList(0, axis));
        from.add(DynamicSlice.clamp(point, chosen, x.dim(axis).minus(Dim.ONE)));
        from.addAll(index.subList(axis + indices.rank(), index.size()));
        return readUnlessEmpty(point, x, axis, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return tangents.getFirst() == null ? null : g.add(new Gather(tangents.getFirst(), indices, axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(g.add(new ScatterAdd(g.zeros(x), indices, cotangent, axis)), null);
    }
}
