package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### slice
/// Every `stride`-th element of one axis, from `start`, `size` of them: `result[…, i, …] = x[…, start + i * stride, …]`.
///
/// - (C1) `axis` is an axis of `x`, `stride >= 1`.
/// - (C2) where the extents are known, `0 <= start` and `start + (size - 1) * stride < extent`.
///
/// ```example
/// slice %a {axis = 0, start = 1, size = 2, stride = 2}
/// %a = f32[5] [0, 1, 2, 3, 4]
/// result = f32[2] [1, 3]
/// ```
public record Slice(Value x, int axis, Dim start, Dim size, long stride) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "slice";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Slice withOperands(List<Value> operands) {
        return new Slice(operands.getFirst(), axis, start, size, stride);
    }

    @Override
    public List<Dim> dims() {
        return List.of(start, size);
    }

    /// The elements behind the last one.
    private Dim rest() {
        return x.dim(axis).minus(start).minus(size.minus(Dim.ONE).times(stride)).minus(Dim.ONE);
    }

    @Override
    public List<Dim> room() {
        return size.is(0) ? List.of(start) : List.of(start, rest());
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && stride >= 1, name(), "(C1) axis " + axis + " by " + stride + " of " + x.type());
        Dim room = rest();
        require((!start.isConstant() || start.value() >= 0) && (!size.isConstant() || size.value() >= 0)
                        && (size.is(0) || !room.isConstant() || room.value() >= 0), name(),
                "(C2) " + size + " elements from " + start + " by " + stride + " leave the extent " + x.dim(axis));
        return x.tensor().withShape(x.shape().with(axis, size));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        long first = dims.applyAsLong(start);
        return in.rearranged(in.extentsWith(axis, dims.applyAsLong(size)), index -> {
            index[axis] = first + index[axis] * stride;
            return index;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = new ArrayList<>(index);
        from.set(axis, Expr.plus(Expr.times(index.get(axis), Expr.index(stride)), point.dim(start)));
        return point.read(x, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        if (size.is(0)) {
            return List.of(g.zeros(x));
        }
        Dim high = x.dim(axis).minus(start).minus(size.minus(Dim.ONE).times(stride)).minus(Dim.ONE);
        return List.of(g.add(new Pad(cotangent, g.scalar(x.element(), 0), axis, start, high, stride - 1)));
    }
}
