package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### window
/// A sliding view of one axis: the axis becomes the window's position `o`, and the place `k` within the window is appended as the last axis:
/// `result[…, o, …, k] = x[…, o * stride + k * dilation, …]`. There are `floordiv(n - dilation * (size - 1) - 1, stride) + 1` positions.
/// A convolution is a dot of windows, pooling is a reduction of windows; the adjoint is [Fold].
///
/// - (C1) `axis` is an axis of `x`; `size`, `stride` and `dilation` are at least 1.
/// - (C2) where the extent is known, one window fits.
///
/// ```example
/// window %a {axis = 0, size = 3, stride = 2, dilation = 1}
/// %a = f32[6] [0, 1, 2, 3, 4, 5]
/// result = f32[2,3] [0, 1, 2, 2, 3, 4]
/// ```
public record Window(Value x, int axis, long size, long stride, long dilation) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "window";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Window withOperands(List<Value> operands) {
        return new Window(operands.getFirst(), axis, size, stride, dilation);
    }

    @Override
    public List<Dim> room() {
        return List.of(x.dim(axis).minus(Dim.constant(dilation * (size - 1) + 1)));
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && size >= 1 && stride >= 1 && dilation >= 1, name(),
                "(C1) axis " + axis + ", size " + size + ", stride " + stride + ", dilation " + dilation + " of " + x.type());
        Dim room = room().getFirst();
        require(!room.isConstant() || room.value() >= 0, name(), "(C2) a window of " + (dilation * (size - 1) + 1) + " does not fit the extent " + x.dim(axis));
        return x.tensor().withShape(x.shape().with(axis, room.floorDiv(stride).plus(1)).insert(x.rank(), Dim.constant(size)));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        long positions = Math.floorDiv(in.extent(axis) - dilation * (size - 1) - 1, stride) + 1;
        long[] extents = Arrays.copyOf(in.extentsWith(axis, positions), in.rank() + 1);
        extents[in.rank()] = size;
        return in.rearranged(extents, index -> {
            long[] from = Arrays.copyOf(index, in.rank());
            from[axis] = index[axis] * stride + index[in.rank()] * dilation;
            return from;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = new ArrayList<>(index.subList(0, x.rank()));
        from.set(axis, Expr.plus(Expr.times(index.get(axis), Expr.index(stride)), Expr.times(index.getLast(), Expr.index(dilation))));
        return point.read(x, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.add(new Fold(cotangent, axis, x.dim(axis), stride, dilation)));
    }
}
