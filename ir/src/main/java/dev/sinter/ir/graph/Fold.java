package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### fold
/// The adjoint of [Window]: the last axis of `x` (the place `k` in the window) is added back onto `axis` (the position `o`):
/// `result[…, l, …] = sum of x[…, o, …, k] over o * stride + k * dilation = l`, from 0 in the order of `k`; the axis has the extent `to`.
///
/// - (C1) `x` has floating elements and at least two axes, the last of a known extent; `axis` is another one.
/// - (C2) `stride` and `dilation` are at least 1, and `x` has as many positions as a window over `to` elements has.
///
/// ```example
/// fold %a {axis = 0, to = 6, stride = 2, dilation = 1}
/// %a = f32[2,3] [1, 2, 3, 10, 20, 30]
/// result = f32[6] [1, 2, 13, 20, 30, 0]
/// ```
public record Fold(Value x, int axis, Dim to, long stride, long dilation) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "fold";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Fold withOperands(List<Value> operands) {
        return new Fold(operands.getFirst(), axis, to, stride, dilation);
    }

    @Override
    public List<Dim> dims() {
        return List.of(to);
    }

    /// The extent of the windows.
    public long size() {
        return x.dim(-1).value();
    }

    @Override
    public Type.Tensor infer() {
        require(x.tensor().isFloat() && x.rank() >= 2 && axis >= 0 && axis < x.rank() - 1 && x.dim(-1).isConstant(), name(), "(C1) axis " + axis + " of " + x.type());
        require(stride >= 1 && dilation >= 1, name(), "(C2) stride " + stride + ", dilation " + dilation);
        Dim positions = to.minus(Dim.constant(dilation * (size() - 1) + 1)).floorDiv(stride).plus(1);
        require(positions.equals(x.dim(axis)), name(), "(C2) " + x.dim(axis) + " positions, but " + to + " elements have " + positions);
        return x.tensor().withShape(x.shape().without(List.of(x.rank() - 1)).with(axis, to));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        long[] extents = Arrays.copyOf(in.extentsWith(axis, dims.applyAsLong(to)), in.rank() - 1);
        NdArray result = NdArray.zeros(in.element(), extents);
        var sums = new double[result.size()];
        for (int i = 0; i < in.size(); i++) {
            long[] index = in.index(i);
            long[] into = Arrays.copyOf(index, in.rank() - 1);
            into[axis] = index[axis] * stride + index[in.rank() - 1] * dilation;
            sums[result.position(into)] += in.get(i);
        }
        for (int i = 0; i < sums.length; i++) {
            result.set(i, sums[i]);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr l = point.let("l", index.get(axis));
        if (dilation == 1 && stride >= size()) {               // windows do not overlap: at most one term
            Expr o = Expr.apply(Fn.DIV, l, Expr.index(stride));
            Expr k = Expr.apply(Fn.SUB, l, Expr.times(o, Expr.index(stride)));
            if (stride == size() && x.dim(axis).times(stride).equals(to)) {      // everything is in a window
                return Expr.apply(Fn.ADD, Expr.constant(x.element(), 0), point.read(x, from(index, o, k)));
            }
            Expr inside = Expr.apply(Fn.LT, o, point.dim(x.dim(axis)));
            return Expr.apply(Fn.ADD, Expr.constant(x.element(), 0), term(point, index, o, k, stride == size() ? inside : Expr.apply(Fn.AND, inside, Expr.apply(Fn.LT, k, Expr.index(size())))));
        }
        Expr sum = Expr.constant(x.element(), 0);
        for (long k = 0; k < size(); k++) {
            Expr scaled = point.let("s", Expr.plus(l, Expr.index(-k * dilation)));
            Expr inside = Expr.apply(Fn.LE, Expr.index(0), scaled);
            Expr o = scaled;
            if (stride != 1) {
                o = point.let("o", Expr.apply(Fn.DIV, scaled, Expr.index(stride)));
                inside = Expr.apply(Fn.AND, inside, Expr.apply(Fn.EQ, scaled, Expr.times(o, Expr.index(stride))));
            }
            inside = Expr.apply(Fn.AND, inside, Expr.apply(Fn.LT, o, point.dim(x.dim(axis))));
            Expr term = term(point, index, o, Expr.index(k), inside);
            sum = Expr.apply(Fn.ADD, sum, term);
        }
        return sum;
    }

    private Expr term(Point point, List<Expr> index, Expr o, Expr k, Expr inside) {
        return point.guard(inside, () -> point.read(x, from(index, o, k)), Expr.constant(x.element(), 0));
    }

    private List<Expr> from(List<Expr> index, Expr o, Expr k) {
        var from = new ArrayList<>(index);
        from.set(axis, o);
        from.add(k);
        return from;
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.add(new Window(cotangent, axis, size(), stride, dilation)));
    }
}
