package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### broadcast
/// Repeats along axes: axis `k` of `x` is axis `axes[k]` of the result, which has the shape `to`:
/// `result[i_0, …] = x[i_axes[0], i_axes[1], …]`. An axis of extent 1 of `x` is read at 0 everywhere.
///
/// - (C1) `axes` are as many as `x` has, strictly increasing, and axes of `to`.
/// - (C2) each dim of `x` equals its dim of `to`, or is 1.
///
/// ```example
/// broadcast %a {to = [2,3], axes = [1]}
/// %a = f32[3] [1, 2, 3]
/// result = f32[2,3] [1, 2, 3, 1, 2, 3]
/// ```
public record Broadcast(Value x, Shape to, List<Integer> axes) implements Op, Evaluated, Pointwise, Differentiable {
    /// Copies `axes`.
    public Broadcast {
        axes = List.copyOf(axes);
    }

    @Override
    public String name() {
        return "broadcast";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Broadcast withOperands(List<Value> operands) {
        return new Broadcast(operands.getFirst(), to, axes);
    }

    @Override
    public Type.Tensor infer() {
        require(axes.size() == x.rank(), name(), "(C1) " + axes.size() + " axes for " + x.type());
        for (int k = 0; k < axes.size(); k++) {
            require(axes.get(k) >= 0 && axes.get(k) < to.rank() && (k == 0 || axes.get(k - 1) < axes.get(k)), name(), "(C1) axes " + axes + " of " + to);
            Dim d = x.dim(k);
            require(d.is(1) || d.equals(to.dim(axes.get(k))), name(), "(C2) " + x.shape() + " does not fit " + to + " at axes " + axes);
        }
        return x.tensor().withShape(to);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        return operands.getFirst().rearranged(Evaluated.extents(to, dims), index -> {
            var from = new long[axes.size()];
            for (int k = 0; k < from.length; k++) {
                from[k] = operands.getFirst().extent(k) == 1 ? 0 : index[axes.get(k)];
            }
            return from;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return point.read(x, java.util.stream.IntStream.range(0, axes.size())
                .mapToObj(k -> x.dim(k).is(1) ? Expr.index(0) : index.get(axes.get(k))).toList());
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.sumTo(cotangent, x.shape(), axes));
    }
}
